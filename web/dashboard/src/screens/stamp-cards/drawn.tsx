import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { type Palette, paletteOf } from "../branding/colours";
import { brandingQuery } from "../branding/data";

const CELL = 44;
const GIFT =
  "M3.500 8.500h13v8h-13zM2.500 5.500h15v3h-15zM10 5.500v11M10 5.500C8.500 2 5 2.500 6 5.500M10 5.500c1.500-3.500 5-3 4 0";
const UNBRANDED = "#303030";

interface Stage {
  key?: string | undefined;
  count: number;
  name: string;
}

interface Props {
  name: string;
  stages: readonly Stage[];
  collected: number;
  /** In which language the names are. */
  lang?: string | undefined;
}

/** A card in the merchant's colour, with what has been stamped on it. */
export function DrawnCard({ name, stages, collected, lang }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const palette = paletteOf(useQuery(brandingQuery).data?.settings.colour ?? UNBRANDED);
  const needed = Math.max(1, ...stages.map(({ count }) => count));
  const shown = { collected: format.number(collected), needed: format.number(needed) };
  return (
    <div
      className="flex max-w-md flex-col gap-3 rounded-2xl p-4 shadow-card"
      style={{ backgroundColor: palette.colour, color: palette.onColour }}
      lang={lang}
      dir={lang ? "auto" : undefined}
    >
      <div className="flex items-baseline justify-between gap-3">
        <p className="min-w-0 text-lg font-bold break-words">{name}</p>
        <p className="shrink-0 tabular-nums" aria-hidden="true">
          {shown.collected}/{shown.needed}
        </p>
      </div>
      <Grid
        label={t("stampCard.progress", shown)}
        palette={palette}
        needed={needed}
        collected={collected}
        gifts={new Set(stages.map(({ count }) => count))}
      />
      <ul className="text-sm">
        {stages.map((stage) => (
          <li key={stage.key ?? stage.count} className="break-words">
            {format.number(stage.count)} · {stage.name}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface GridProps {
  label: string;
  palette: Palette;
  needed: number;
  collected: number;
  gifts: Set<number>;
}

/** A place for each stamp; where something is earned, there is a parcel. */
function Grid({ label, palette, needed, collected, gifts }: GridProps) {
  const columns = needed <= 6 ? needed : needed <= 12 ? Math.ceil(needed / 2) : 10;
  const rows = Math.ceil(needed / columns);
  const places = Array.from({ length: needed }, (_, n) => n + 1);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${columns * CELL} ${rows * CELL}`}
      className="w-full [&:dir(rtl)]:-scale-x-100"
      style={{ maxWidth: columns * 80 }}
    >
      {places.map((place) => {
        const x = (((place - 1) % columns) + 0.5) * CELL;
        const y = (Math.floor((place - 1) / columns) + 0.5) * CELL;
        const full = place <= collected;
        return (
          <g key={place} transform={`translate(${x} ${y})`}>
            <circle
              r={CELL / 2 - 5}
              fill={full ? palette.onColour : "none"}
              stroke={palette.onColour}
              strokeWidth={2}
              strokeDasharray={full ? undefined : "4 3"}
            />
            {gifts.has(place) && (
              <path
                d={GIFT}
                transform="translate(-10 -10)"
                fill="none"
                stroke={full ? palette.colour : palette.onColour}
                strokeWidth={1.5}
                strokeLinejoin="round"
              />
            )}
          </g>
        );
      })}
    </svg>
  );
}
