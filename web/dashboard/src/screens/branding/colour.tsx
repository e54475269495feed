import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { TextField } from "../../ui/field";
import { colourIn, PAPER, type Palette, READABLE } from "./colours";

/** A code reads from left to right in every language (Unicode's LRI and PDI). */
const ISOLATED = "\u2066";
const ENDED = "\u2069";

interface Props {
  /** As it was written, which may be no colour yet. */
  value: string;
  palette: Palette;
  disabled: boolean;
  onChange: (value: string) => void;
}

/** One colour, and whether what is written in it and on it can be read. */
export function ColourField({ value, palette, disabled, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="sr-only">{t("tier.colour")}</legend>
      <div className="flex items-end gap-3">
        <label className="flex flex-col gap-1 font-medium">
          {t("tier.colour")}
          <input
            type="color"
            disabled={disabled}
            className="h-9 w-16 rounded-lg max-sm:h-9.5 border border-line-strong bg-card p-1 disabled:opacity-60"
            value={palette.colour}
            onChange={(event) => onChange(event.target.value)}
          />
        </label>
        <div className="w-40">
          <TextField
            label={t("branding.code")}
            dir="ltr"
            required
            spellCheck={false}
            autoComplete="off"
            pattern="\s*#?[0-9a-fA-F]{6}\s*"
            disabled={disabled}
            value={value}
            error={colourIn(value) ? undefined : t("branding.codeWrong")}
            onChange={(event) => onChange(event.target.value)}
          />
        </div>
      </div>
      <Readings palette={palette} />
    </fieldset>
  );
}

function Readings({ palette }: { palette: Palette }) {
  const { t } = useTranslation();
  const format = useFormat();
  const pale = palette.asTextContrast < READABLE;
  const ratio = format.number(palette.asTextContrast);
  const onIt = palette.onColour === PAPER ? "branding.whiteOn" : "branding.blackOn";
  return (
    <ul className="flex flex-col gap-2">
      <li className="flex items-center gap-3">
        <Sample ink={palette.onColour} page={palette.colour} />
        <span>{t(onIt, { ratio: format.number(palette.onColourContrast) })}</span>
      </li>
      <li className="flex items-center gap-3">
        <Sample ink={palette.text} page={PAPER} />
        <span>
          {pale
            ? t("branding.pale", { ratio, colour: `${ISOLATED}${palette.text}${ENDED}` })
            : t("branding.readable", { ratio })}
        </span>
      </li>
    </ul>
  );
}

/** How it looks, for those who see; the words beside it say the same. */
function Sample({ ink, page }: { ink: string; page: string }) {
  return (
    <span
      aria-hidden="true"
      className="flex h-9 w-16 shrink-0 items-center justify-center rounded-lg border border-line text-base font-semibold"
      style={{ color: ink, backgroundColor: page }}
    >
      Aa
    </span>
  );
}
