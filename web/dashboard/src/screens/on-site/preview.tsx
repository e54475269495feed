import { useQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FromPreview, Scene, ToPreview } from "../../../../widget/src/preview/messages";
import { Select } from "../../ui/field";
import { Failed, Loading } from "../../ui/states";
import { Choice } from "./choice";
import { type Config, configQuery } from "./data";
import { type Device, Seen, Sized, type View } from "./seen";

type Who = Scene["who"];
type Light = Scene["light"];

/** Whoever types is shown what they typed once they pause. */
const PAUSE_MS = 150;

interface Props extends View {
  /** What is drawn up, laid over what is in force. */
  change: (config: Config) => Config;
  page: Scene["page"];
  pages?: readonly Scene["page"][];
  onPage?: (page: Scene["page"]) => void;
  who?: Who;
  open?: boolean;
}

/** The real widget on a made-up page, with what is not saved yet. */
export function Preview(props: Props) {
  const { t } = useTranslation();
  const { change, page, pages = [], onPage, who: meantFor, open = false, ...view } = props;
  const [who, setWho] = useState<Who>(meantFor ?? "guest");
  const [meant, setMeant] = useState(meantFor);
  if (meantFor && meantFor !== meant) {
    setMeant(meantFor);
    setWho(meantFor);
  }
  const [light, setLight] = useState<Light>("light");
  const query = useQuery(configQuery(view.language));
  const config = query.data && change(query.data);
  return (
    <Seen
      {...view}
      choices={
        <>
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
        </>
      }
      selects={
        onPage && (
          <Select
            bare
            label={t("site.page")}
            value={page}
            options={pages.map((each) => [each, t(`sitePlace.${each}`)])}
            onValue={onPage}
          />
        )
      }
    >
      {config ? (
        <Window scene={{ config, page, who, light, open }} device={view.device} />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Loading lines={6} />
      )}
      <p className="mt-2 text-xs text-muted">{t("site.live")}</p>
    </Seen>
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
