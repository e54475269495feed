import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Card } from "../../ui/card";
import { Select } from "../../ui/field";
import { useTierName } from "../tiers/data";
import type { Draft } from "./draft";

/** What everybody reads of it beside its tiers, and what only those on them are told. */
export function Preview({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const tierName = useTierName();
  const home = useMerchant()?.locale ?? "en";
  const [language, setLanguage] = useState("");
  const others = Object.keys(draft.names);
  const told = draft.kind === "reward" ? "" : draft.link.trim();
  const name = draft.names[language] || draft.name || t("reward.name");
  const text = draft.descriptions[language] || draft.text;
  return (
    <Card title={t("reward.preview")}>
      <div className="rounded-xl bg-sunken p-4 shadow-card" lang={language || home} dir="auto">
        <p className="text-xs text-muted">{draft.tiers.map(tierName).join(", ")}</p>
        <p className="text-lg font-bold break-words">{name}</p>
        {text && <p className="mt-1 break-words">{text}</p>}
      </div>
      {told && <p className="mt-3 text-muted">{t("perk.toldOnly", { link: told })}</p>}
      {others.length > 0 && (
        <div className="mt-3">
          <Select
            label={t("settings.language")}
            value={others.includes(language) ? language : ""}
            options={[["", named(home)], ...others.map((each) => [each, named(each)] as const)]}
            onValue={setLanguage}
          />
        </div>
      )}
    </Card>
  );
}

function named(language: string): string {
  return LANGUAGES[language as Language] ?? language;
}
