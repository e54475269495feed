import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { directionOf } from "../../i18n/languages";
import { Button } from "../../ui/button";
import { TextArea, TextField } from "../../ui/field";
import type { OccasionView, Which, Words } from "./data";

interface Props {
  which: Which;
  draft: Words;
  longest: number;
  variables: OccasionView["variables"];
  /** What is wrong, by part. */
  faults: Record<string, string>;
  disabled: boolean;
  onChange: (part: Partial<Words>) => void;
}

/** The parts of a template that its channel has, and what can be filled in. */
export function Fields(of: Props) {
  const { t } = useTranslation();
  const { which, draft, faults, disabled, onChange } = of;
  const mail = which.channel === "email";
  const writing = { dir: directionOf(which.language), lang: which.language, disabled };
  const { box, insert } = useInserting((body) => onChange({ body }));
  return (
    <div className="flex flex-col gap-4">
      {mail && (
        <>
          <TextField
            {...writing}
            label={t("message.subject")}
            error={faults["words.subject"]}
            autoComplete="off"
            maxLength={200}
            value={draft.subject ?? ""}
            onChange={(event) => onChange({ subject: event.target.value })}
          />
          <TextField
            {...writing}
            label={t("message.preheader")}
            hint={t("message.preheaderHint")}
            error={faults["words.preheader"]}
            autoComplete="off"
            maxLength={200}
            value={draft.preheader ?? ""}
            onChange={(event) => onChange({ preheader: event.target.value || null })}
          />
        </>
      )}
      {which.channel === "whatsapp" && (
        <TextField
          label={t("message.name")}
          error={faults["words.name"]}
          disabled={disabled}
          dir="ltr"
          autoComplete="off"
          value={draft.name ?? ""}
          onChange={(event) => onChange({ name: event.target.value || null })}
        />
      )}
      <div ref={box}>
        <TextArea
          {...writing}
          label={t("message.body")}
          hint={mail ? t("message.bodyHint") : undefined}
          error={faults["words.body"]}
          rows={mail ? 16 : 6}
          maxLength={of.longest}
          value={draft.body}
          onChange={(event) => onChange({ body: event.target.value })}
        />
      </div>
      {!disabled && (
        <fieldset>
          <legend className="mb-1 font-medium">{t("message.insert")}</legend>
          <div className="flex flex-wrap gap-1.5">
            {of.variables.map(({ name, optional }) => (
              <Button
                key={name}
                onClick={() => insert(name, optional && which.channel === "email")}
              >
                <code className="text-xs">{name}</code>
              </Button>
            ))}
          </div>
        </fieldset>
      )}
    </div>
  );
}

/** Puts a variable where the cursor is; around one that may be missing, the question for it. */
function useInserting(onBody: (body: string) => void) {
  const box = useRef<HTMLDivElement>(null);
  const insert = (name: string, asked: boolean) => {
    const area = box.current?.querySelector("textarea");
    if (!area) return;
    const put = asked ? `{% if ${name} %}{{ ${name} }}{% endif %}` : `{{ ${name} }}`;
    area.focus();
    area.setRangeText(put, area.selectionStart, area.selectionEnd, "end");
    onBody(area.value);
  };
  return { box, insert };
}
