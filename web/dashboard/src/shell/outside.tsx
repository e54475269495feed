import type { ReactNode } from "react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { chooseLanguage } from "../i18n";
import { LANGUAGES, type Language } from "../i18n/languages";
import { Select } from "../ui/field";

/** Around what somebody sees before they have signed in. */
export function Outside({ title, children }: { title: string; children: ReactNode }) {
  const { t, i18n } = useTranslation();
  useEffect(() => {
    document.title = `${title} · LoyalNest`;
  }, [title]);
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-4 px-4 py-8">
      <img src={new URL("../mark.svg", import.meta.url).href} alt="LoyalNest" className="size-11" />
      <div className="rounded-2xl bg-card p-5 shadow-card">
        <h1 className="mb-4 text-xl font-bold break-words">{title}</h1>
        {children}
      </div>
      <Select
        bare
        label={t("settings.language")}
        value={i18n.language as Language}
        options={Object.entries(LANGUAGES) as [Language, string][]}
        onValue={(language) => void chooseLanguage(language)}
      />
    </main>
  );
}
