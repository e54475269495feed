import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { takeNewest } from "./installing";
import { device } from "./keep";
import type { Open } from "./look";
import type { Present } from "./pin";
import { CardScreen } from "./screens/card";
import { Choose } from "./screens/choose";
import { Clerks } from "./screens/clerks";
import { CutOff } from "./screens/cut-off";
import { Desk } from "./screens/desk";
import { Frame } from "./screens/frame";
import { More } from "./screens/more";
import { News } from "./screens/news";
import { Pairing } from "./screens/pairing";
import { Recent } from "./screens/recent";
import { useLive, type View, Within } from "./within";
import { language } from "./words";

/** Whoever walks away leaves a device that stamps for them for so long. */
const LOCK_AFTER_MS = 3 * 60_000;
const DESK: View = { at: "desk" };

export function App() {
  const paired = useLive(device);
  const [spoken, setSpoken] = useState(language());
  const [present, setPresent] = useState<Present>();
  const [view, setView] = useState<View>(DESK);
  const [said, announce] = useState("");

  const go = useCallback((to: View) => {
    // The phone's own way back leads to the desk, and not out of the app.
    if (to.at === "desk") history.replaceState(null, "");
    else history.pushState(to.at, "");
    setView(to);
  }, []);
  const lock = useCallback(() => {
    setPresent(undefined);
    setView(DESK);
    void takeNewest();
  }, []);
  useEffect(() => {
    const back = () => setView(DESK);
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  useLockWhenIdle(Boolean(present), lock);

  const merchant = paired.value?.me.merchant;
  useEffect(() => {
    if (!merchant) return;
    const { style } = document.documentElement;
    style.setProperty("--brand", merchant.colours.colour);
    style.setProperty("--on-brand", merchant.colours.on_colour);
    style.setProperty("--brand-text", merchant.colours.text);
    style.setProperty("--brand-text-in-dark", merchant.colours.text_in_dark);
  }, [merchant?.colours.colour]);
  useEffect(() => {
    document.title = merchant ? `${merchant.name} · Stamper` : "Stamper";
  }, [merchant?.name]);
  const open = useCallback(
    (opens: Open[]) => {
      const [only] = opens;
      if (only) go(opens.length === 1 ? { at: "card", open: only } : { at: "choose", opens });
    },
    [go],
  );
  const within = useMemo(
    () => ({ device: paired.value, present, go, open, lock, announce, setPresent, setSpoken }),
    [paired.value, present, go, open, lock],
  );
  if (!paired.known) return null;
  return (
    <Within.Provider value={within} key={spoken}>
      <Frame view={view}>{screenOf(view, within)}</Frame>
      <p role="status" class="unseen">
        {said}
      </p>
    </Within.Provider>
  );
}

function screenOf(view: View, { device, present }: Pick<Within, "device" | "present">) {
  if (!device) return <Pairing />;
  if (device.revoked) return <CutOff since={device.revoked} />;
  if (!present) return <Clerks clerks={device.me.clerks} />;
  switch (view.at) {
    case "card":
      return <CardScreen open={view.open} key={view.open.label} />;
    case "choose":
      return <Choose opens={view.opens} />;
    case "recent":
      return <Recent />;
    case "news":
      return <News />;
    case "more":
      return <More />;
    default:
      return <Desk />;
  }
}

function useLockWhenIdle(open: boolean, lock: () => void): void {
  useEffect(() => {
    if (!open) return;
    let last = Date.now();
    const active = () => {
      last = Date.now();
    };
    // Timers stand still while a phone sleeps: what counts is the clock.
    const look = () => Date.now() - last > LOCK_AFTER_MS && lock();
    const timer = setInterval(look, 5_000);
    document.addEventListener("visibilitychange", look);
    addEventListener("pointerdown", active);
    addEventListener("keydown", active);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      removeEventListener("pointerdown", active);
      removeEventListener("keydown", active);
    };
  }, [open, lock]);
}
