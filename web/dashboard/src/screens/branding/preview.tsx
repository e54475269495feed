import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { contrast, NIGHT, PAPER, type Palette } from "./colours";
import type { Corners, Logo } from "./data";

interface Props {
  name: string;
  logo: Logo | null;
  corners: Corners;
  palette: Palette;
}

const ROUNDING: Record<Corners, { card: string; button: string }> = {
  square: { card: "0", button: "0" },
  rounded: { card: "0.75rem", button: "0.5rem" },
  round: { card: "1.5rem", button: "999px" },
};
const SURFACES = {
  light: { page: PAPER, ink: "#303030", quiet: "#616160" },
  dark: { page: NIGHT, ink: "#e7e7e6", quiet: "#a9abaa" },
} as const;
/** Below it the edge of a surface can't be seen (WCAG 2.2, success criterion 1.4.11). */
const SEEN = 3;

/** A customer's card by day and by night, as it is being drawn up. */
export function Preview(props: Props) {
  const { t } = useTranslation();
  return (
    <Card title={t("reward.preview")}>
      <div className="grid grid-cols-1 gap-3 sm:max-lg:grid-cols-2">
        <Customers {...props} theme="light" />
        <Customers {...props} theme="dark" />
      </div>
    </Card>
  );
}

function Customers({ name, logo, corners, palette, theme }: Props & { theme: "light" | "dark" }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { page, ink, quiet } = SURFACES[theme];
  const text = theme === "light" ? palette.text : palette.textInDark;
  const { card, button } = ROUNDING[corners];
  const edge = contrast(palette.colour, page) < SEEN ? quiet : palette.colour;
  return (
    <figure
      className="overflow-hidden border border-line-strong p-4"
      style={{ backgroundColor: page, color: ink, borderRadius: card }}
    >
      <figcaption className="mb-3 text-xs" style={{ color: quiet }}>
        {t(`theme.${theme}`)}
      </figcaption>
      <div className="flex items-center gap-3">
        {logo ? (
          <img src={logo.url} alt="" className="max-h-12 max-w-24 shrink-0 object-contain" />
        ) : (
          <Initial name={name} palette={palette} radius={button} />
        )}
        <p dir="auto" className="min-w-0 text-base font-bold break-words">
          {name}
        </p>
      </div>
      <p className="mt-4 text-2xl font-bold" style={{ color: text }}>
        {format.amount(1240)}
      </p>
      <p className="mt-3">
        <span
          className="inline-block border px-4 py-2 font-semibold"
          style={{
            backgroundColor: palette.colour,
            borderColor: edge,
            color: palette.onColour,
            borderRadius: button,
          }}
        >
          {t("redemption.redeem")}
        </span>
      </p>
    </figure>
  );
}

/** What stands for a merchant without a logo. */
function Initial({ name, palette, radius }: { name: string; palette: Palette; radius: string }) {
  const { i18n } = useTranslation();
  const letters = new Intl.Segmenter(i18n.language).segment(name.trim());
  const [first] = letters;
  return (
    <span
      aria-hidden="true"
      className="flex size-12 shrink-0 items-center justify-center text-xl font-bold"
      style={{
        backgroundColor: palette.colour,
        color: palette.onColour,
        borderRadius: radius,
      }}
    >
      {first?.segment.toLocaleUpperCase(i18n.language)}
    </span>
  );
}
