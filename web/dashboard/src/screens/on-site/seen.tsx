import {
  type CSSProperties,
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Card } from "../../ui/card";
import { Select } from "../../ui/field";
import { Choice } from "./choice";

export type Device = "phone" | "desktop";

/** How large a window is made believe. */
const PHONE = { width: 360, height: { least: 420, most: 640 } };
const DESKTOP = { width: 1100, height: 680 };
/** What stands above and below a preview that stays in sight. */
const AROUND = 400;

/** In which window and which language something is seen that is being drawn up. */
export interface View {
  language: Language;
  onLanguage: (language: Language) => void;
  device: Device;
  onDevice: (device: Device) => void;
}

interface Props extends View {
  /** What else can be chosen, beside the device and beside the language. */
  choices?: ReactNode;
  selects?: ReactNode;
  children: ReactNode;
}

/** What customers will see of what is being drawn up, and how it is looked at. */
export function Seen(props: Props) {
  const { t } = useTranslation();
  const { language, onLanguage, device, onDevice, choices, selects, children } = props;
  return (
    <Card title={t("reward.preview")}>
      <div className="flex flex-wrap items-center gap-2">
        <Choice
          label={t("site.device")}
          value={device}
          options={[
            ["phone", t("site.phone")],
            ["desktop", t("site.desktop")],
          ]}
          onValue={onDevice}
        />
        {choices}
        <div className="flex flex-1 basis-48 gap-2">
          <Select
            bare
            label={t("settings.language")}
            value={language}
            options={Object.entries(LANGUAGES) as [Language, string][]}
            onValue={onLanguage}
          />
          {selects}
        </div>
      </div>
      {children}
    </Card>
  );
}

/** A form, and beside it what is seen of it; a desk is wide, and stands above it. */
export function Beside(of: { device: Device; seen: ReactNode; children: ReactNode }) {
  const phone = of.device === "phone";
  return (
    <div className={`grid grid-cols-1 items-start gap-4 ${phone ? "lg:grid-cols-[5fr_4fr]" : ""}`}>
      {of.children}
      <div className={phone ? "lg:sticky lg:top-18" : "lg:order-first"}>{of.seen}</div>
    </div>
  );
}

interface Size {
  className: string;
  style: CSSProperties;
}

/** A window as large as that of a phone or a desk, made as small as there is room for. */
export function Sized(of: { device: Device; children: (size: Size) => ReactNode }) {
  const { width, height } = of.device === "phone" ? phone() : DESKTOP;
  const { box, share } = useShare(width);
  return (
    <div ref={box} className="mt-3">
      <div
        className="mx-auto overflow-hidden rounded-lg shadow-card"
        style={{ inlineSize: width * share, blockSize: height * share }}
      >
        {of.children({
          className: "max-w-none origin-top-left border-0 bg-[Canvas] rtl:origin-top-right",
          style: { width, height, transform: `scale(${share})` },
        })}
      </div>
    </div>
  );
}

/** No taller than there is room beside the form, which scrolls while the preview stays. */
function phone(): typeof DESKTOP {
  const { least, most } = PHONE.height;
  return { width: PHONE.width, height: Math.max(least, Math.min(most, innerHeight - AROUND)) };
}

/** How small a window this wide has to be made, and the box whose width decides it. */
function useShare(width: number): { box: RefObject<HTMLDivElement | null>; share: number } {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(width);
  useEffect(() => {
    if (!box.current) return;
    const watching = new ResizeObserver(([seen]) => seen && setRoom(seen.contentRect.width));
    watching.observe(box.current);
    return () => watching.disconnect();
  }, []);
  return { box, share: Math.min(1, room / width) };
}
