import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Card } from "../../ui/card";
import { Select } from "../../ui/field";
import { type Draft, ordered } from "./draft";
import { DrawnCard } from "./drawn";

const MOST = 100;

/** The card as customers will see it, with as many stamps as one likes to see on it. */
export function Preview({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const id = useId();
  const home = useMerchant()?.locale ?? "en";
  const [language, setLanguage] = useState("");
  const [wanted, setWanted] = useState(3);
  const stages = ordered(draft.stages).map(({ key, count, name, names }) => ({
    key,
    count: Math.min(MOST, Math.max(1, Math.trunc(Number(count)) || 1)),
    name: names[language] || name || t("redemption.reward"),
  }));
  const needed = stages.at(-1)?.count ?? 1;
  const others = [
    ...new Set([draft.names, ...draft.stages.map(({ names }) => names)].flatMap(Object.keys)),
  ];
  const collected = Math.min(wanted, needed);
  return (
    <Card title={t("reward.preview")}>
      <div className="flex flex-col gap-3">
        <DrawnCard
          name={draft.names[language] || draft.name || t("stampCard.new")}
          stages={stages}
          collected={collected}
          lang={language || home}
        />
        <label htmlFor={id} className="font-medium">
          {t("stampCard.stamps")}
        </label>
        <input
          id={id}
          type="range"
          className="w-full accent-accent"
          min={0}
          max={needed}
          value={collected}
          onChange={(event) => setWanted(Number(event.target.value))}
        />
        {others.length > 0 && (
          <Select
            label={t("settings.language")}
            value={others.includes(language) ? language : ""}
            options={[["", named(home)], ...others.map((each) => [each, named(each)] as const)]}
            onValue={setLanguage}
          />
        )}
      </div>
    </Card>
  );
}

function named(language: string): string {
  return LANGUAGES[language as Language] ?? language;
}
