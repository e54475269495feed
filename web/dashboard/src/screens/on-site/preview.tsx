import { useQuery } from "@tanstack/react-query";
import {
  type CSSProperties,
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import type { FromPreview, Scene, ToPreview } from "../../../../widget/src/preview/messages";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Card } from "../../ui/card";
import { Select } from "../../ui/field";
import { Failed, Loading } from "../../ui/states";
import { Choice } from "./choice";
import { type Config, configQuery } from "./data";

export type Device = "phone" | "desktop";
type Who = Scene["who"];
type Light = Scene["light"];

/** How large a window is made believe. */
const PHONE = { width: 360, height: { least: 420, most: 640 } };
const DESKTOP = { width: 1100, height: 680 };
/** What stands above and below a preview that stays in sight. */
const AROUND = 400;
/** Whoever types is shown what they typed once they pause. */
const PAUSE_MS = 150;

interface Props {
  /** What is drawn up, laid over what is in force. */
  change: (config: Config) => Config;
  page: Scene["page"];
  pages?: readonly Scene["page"][];
  onPage?: (page: Scene["page"]) => void;
  language: Language;
  onLanguage: (language: Language) => void;
  device: Device;
  onDevice: (device: Device) => void;
  who?: Who;
  open?: boolean;
}

/** The real widget on a made-up page, with what is not saved yet. */
export function Preview(props: Props) {
  const { t } = useTranslation();
  const { change, page, pages = [], onPage, language, onLanguage, device, onDevice } = props;
  const [who, setWho] = useState<Who>(props.who ?? "guest");
  const [meant, setMeant] = useState(props.who);
  if (props.who && props.who !== meant) {
    setMeant(props.who);
    setWho(props.who);
  }
  const [light, setLight] = useState<Light>("light");
  const query = useQuery(configQuery(language));
  const config = query.data && change(query.data);
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
        <Choice
          label={t("site.who")}
          value={who}
          options={[
            ["guest", t("site.guest")],
            ["member", t("site.member")],
          ]}
          onValue={setWho}
        />
        <Choice
          label={t("settings.theme")}
          value={light}
          options={[
            ["light", t("theme.light")],
            ["dark", t("theme.dark")],
          ]}
          onValue={setLight}
        />
        <div className="flex flex-1 basis-48 gap-2">
          <Select
            bare
            label={t("settings.language")}
            value={language}
            options={Object.entries(LANGUAGES) as [Language, string][]}
            onValue={onLanguage}
          />
          {onPage && (
            <Select
              bare
              label={t("site.page")}
              value={page}
              options={pages.map((each) => [each, t(`sitePlace.${each}`)])}
              onValue={onPage}
            />
          )}
        </div>
      </div>
      {config ? (
        <Window scene={{ config, page, who, light, open: props.open ?? false }} device={device} />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Loading lines={6} />
      )}
      <p className="mt-2 text-xs text-muted">{t("site.live")}</p>
    </Card>
  );
}

function Window({ scene, device }: { scene: Scene; device: Device }) {
  const { t } = useTranslation();
  const frame = useRef<HTMLIFrameElement>(null);
  const shown = useShown(frame, scene);
  return (
    <Sized device={device}>
      {(size) => (
        <iframe
          {...size}
          ref={frame}
          title={t("reward.preview")}
          src="/widget/preview"
          aria-busy={!shown}
        />
      )}
    </Sized>
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

/** Hands the scene to the preview, again whenever it is another; says whether it is shown. */
function useShown(frame: RefObject<HTMLIFrameElement | null>, scene: Scene): boolean {
  const said = JSON.stringify(scene);
  const [ready, setReady] = useState(false);
  const [shown, setShown] = useState<string>();
  const sent = useRef<string>(undefined);
  useEffect(() => {
    const hear = ({ origin, source, data }: MessageEvent<FromPreview>) => {
      if (origin !== location.origin || source !== frame.current?.contentWindow) return;
      if (data.kind === "ready") setReady(true);
      if (data.kind === "shown") setShown(sent.current);
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, [frame]);
  useEffect(() => {
    if (!ready) return;
    const show: ToPreview = { kind: "show", scene: JSON.parse(said) };
    const timer = setTimeout(
      () => {
        frame.current?.contentWindow?.postMessage(show, location.origin);
        sent.current = said;
      },
      sent.current ? PAUSE_MS : 0,
    );
    return () => clearTimeout(timer);
  }, [ready, said, frame]);
  return shown === said;
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

/** The form beside the preview; a desk's is wide, and stands above it. */
export function besidePreview(device: Device): string {
  const beside = device === "phone" ? "lg:grid-cols-[5fr_4fr]" : "";
  return `grid grid-cols-1 items-start gap-4 ${beside}`;
}
