import { useEffect, useRef, useState } from "preact/hooks";
import { type Camera, decoder, openCamera } from "../scanning";
import { say } from "../words";

/** A code that lies in view is told of once, and again when it was away for so long. */
const FORGET_MS = 2_500;
const PAUSE_MS = 60;
let seen = { text: "", at: 0 };

/** What the camera sees, until a code is found in it. */
export function Scanner({ onFound }: { onFound: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const camera = useRef<Camera>();
  const found = useRef(onFound);
  found.current = onFound;
  const [fault, setFault] = useState("");
  const [lamp, setLamp] = useState<boolean>();

  useEffect(() => {
    let ended = false;
    let turn = 0;
    const stop = () => {
      turn += 1;
      camera.current?.stop();
      camera.current = undefined;
    };
    const begin = async () => {
      const mine = ++turn;
      const shown = video.current;
      if (!shown) return;
      try {
        const [opened, decode] = await Promise.all([openCamera(shown), decoder()]);
        if (ended || mine !== turn) {
          opened.stop();
          return;
        }
        camera.current = opened;
        setFault("");
        setLamp(opened.light ? false : undefined);
        while (!ended && mine === turn) {
          const text = await decode(shown).catch(() => undefined);
          if (ended || mine !== turn) return;
          if (text && isNew(text)) found.current(text);
          await new Promise((after) => setTimeout(after, PAUSE_MS));
        }
      } catch (error) {
        if (mine === turn) setFault(faultOf(error));
      }
    };
    // A camera that nobody looks through is let go, for the light it shows and the power it takes.
    const onSight = () => (document.hidden ? stop() : void begin());
    void begin();
    document.addEventListener("visibilitychange", onSight);
    return () => {
      ended = true;
      stop();
      document.removeEventListener("visibilitychange", onSight);
    };
  }, []);

  return (
    <div class="scanner">
      <video ref={video} muted playsInline aria-label={say("cameraSees")} />
      {fault ? <p role="alert">{fault}</p> : <span class="aim" aria-hidden="true" />}
      {lamp !== undefined && (
        <button
          type="button"
          class="lamp"
          aria-pressed={lamp}
          onClick={() => void camera.current?.light?.(!lamp).then(() => setLamp(!lamp))}
        >
          {say("lamp")}
        </button>
      )}
    </div>
  );
}

function isNew(text: string): boolean {
  const now = Date.now();
  const again = text === seen.text && now - seen.at < FORGET_MS;
  seen = { text, at: now };
  return !again;
}

function faultOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  return say(name === "NotAllowedError" ? "cameraRefused" : "cameraMissing");
}
