import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Select, TextField } from "../../ui/field";

interface Props {
  name: string;
  names: Record<string, string>;
  onChange: (names: Record<string, string>) => void;
}

/** A name in further languages; one that is left empty goes. */
export function Names({ name, names, onChange }: Props) {
  const { t } = useTranslation();
  const left = (Object.keys(LANGUAGES) as Language[]).filter((each) => !(each in names));
  return (
    <fieldset className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      <legend className="mb-1 font-medium">{t("tier.names")}</legend>
      {Object.entries(names).map(([language, text]) => (
        <TextField
          key={language}
          label={LANGUAGES[language as Language] ?? language}
          lang={language}
          dir="auto"
          maxLength={100}
          value={text}
          onChange={(event) => onChange({ ...names, [language]: event.target.value })}
        />
      ))}
      {left.length > 0 && (
        <Select
          label={t("tier.another")}
          value=""
          options={[["", "—"], ...left.map((each) => [each, LANGUAGES[each]] as const)]}
          onValue={(language) => language && onChange({ ...names, [language]: name })}
        />
      )}
    </fieldset>
  );
}
