import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Select, TextField } from "../../ui/field";
import type { Provider } from "./data";

interface Props {
  provider: Provider;
  /** What was entered before that is no secret. */
  known: Record<string, string>;
  /** Whether there is something to keep where nothing is entered. */
  kept: boolean;
  /** What was wrong, by the path of its field. */
  wrong: Record<string, string>;
}

/** Whatever a provider needs to know. What only it has a word for is called as it calls it. */
export function ProviderFields({ provider, known, kept, wrong }: Props) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {provider.fields.map(({ name, label, secret, required }) => {
        const own = `senderField.${name}`;
        const said = {
          label: i18n.exists(own) ? t(own) : label,
          error: wrong[`values.${name}`],
        };
        if (name === "security")
          return <Security key={name} {...said} name={`values.${name}`} known={known[name]} />;
        return (
          <TextField
            key={name}
            {...said}
            name={`values.${name}`}
            dir="ltr"
            autoComplete="off"
            spellCheck={false}
            type={secret ? "password" : "text"}
            required={required && !(secret && kept)}
            maxLength={4000}
            defaultValue={known[name] ?? ""}
            hint={secret && kept ? t("sender.kept") : undefined}
          />
        );
      })}
    </>
  );
}

const WAYS = ["starttls", "tls", "none"] as const;
type Way = (typeof WAYS)[number];

interface SecurityProps {
  label: string;
  error: string | undefined;
  name: string;
  known: string | undefined;
}

function Security({ label, error, name, known }: SecurityProps) {
  const { t } = useTranslation();
  const [way, setWay] = useState<Way>(WAYS.find((each) => each === known) ?? "starttls");
  return (
    <>
      <Select
        label={label}
        error={error}
        value={way}
        options={WAYS.map((each) => [
          each,
          each === "none" ? t("senderField.none") : each.toUpperCase(),
        ])}
        onValue={setWay}
      />
      <input type="hidden" name={name} value={way} />
    </>
  );
}
