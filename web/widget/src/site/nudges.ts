import { recall, remember } from "../memory";
import { sessionOf } from "../session";
import type { Mounted, Nudge } from "../types";
import { usageOf } from "../usage";
import { aside, bar, popup } from "./speaking";

const DAY_MS = 86_400_000;
/** How far up, and how fast, a finger moves the page before it leaves. */
const [FLUNG_PX, FLUNG_MS] = [600, 700];

/** Let what may speak up on this page do so: one thing at a time, and no oftener than it may. */
export async function startNudges(it: Mounted): Promise<void> {
  const { config, options } = it;
  const page = options.page ?? "other";
  const here = [...config.nudges, ...(await onTiers(it))].filter(
    (each) =>
      each.kind !== "note" &&
      (each.kind !== "after_purchase" || page === "thanks") &&
      (each.where.length === 0 || each.where.includes("any") || each.where.includes(page)) &&
      mayShow(it, each),
  );
  if (here.length === 0) return;
  const asks = here.some((each) => each.audience !== "anyone");
  const member = asks && (await sessionOf(it).member());
  if (it.ends.aborted) return;
  const fits = here.filter(
    ({ audience }) => audience === "anyone" || (audience === "member") === member,
  );
  let busy = false;
  for (const nudge of fits) {
    when(it, nudge, () => {
      if (busy || it.root.querySelector("dialog[open]") || !mayShow(it, nudge)) return;
      busy = true;
      speak(it, nudge, () => {
        busy = false;
      });
    });
  }
}

/** What is said to members on some tiers alone, if this is one of them. */
async function onTiers(it: Mounted): Promise<Nudge[]> {
  const session = sessionOf(it);
  try {
    if (!it.config.nudges_for_tiers || !(await session.member())) return [];
    return (await session.ask<{ nudges: Nudge[] }>("me/perks")).nudges;
  } catch {
    return [];
  }
}

/** No oftener than it may, and never again once it has done what it was for. */
export function mayShow(it: Mounted, { id, cap }: Nudge, now = Date.now()): boolean {
  const { shown, done } = recall(it);
  if (done?.includes(id)) return false;
  const lately = (shown?.[id] ?? []).filter((at) => now - at < cap.days * DAY_MS);
  return lately.length < cap.times;
}

function when(it: Mounted, { kind, after_s }: Nudge, then: () => void): void {
  const { ends, options } = it;
  const waits = kind === "popup" && !options.preview;
  const timer = setTimeout(waits ? () => onLeaving(ends, then) : then, after_s * 1000);
  ends.addEventListener("abort", () => clearTimeout(timer));
}

/** When a mouse goes where tabs are closed, or a finger flings the page back to its top. */
function onLeaving(ends: AbortSignal, then: () => void): void {
  const once = new AbortController();
  ends.addEventListener("abort", () => once.abort());
  const leave = (): void => {
    once.abort();
    then();
  };
  document.addEventListener(
    "mouseout",
    (event) => {
      if (!event.relatedTarget && event.clientY <= 0) leave();
    },
    { signal: once.signal },
  );
  let [from, since] = [scrollY, performance.now()];
  document.addEventListener(
    "scroll",
    () => {
      const now = performance.now();
      if (scrollY > from || now - since > FLUNG_MS) [from, since] = [scrollY, now];
      if (from - scrollY > FLUNG_PX && matchMedia("(pointer: coarse)").matches) leave();
    },
    { passive: true, signal: once.signal },
  );
}

function speak(it: Mounted, nudge: Nudge, over: () => void): void {
  const usage = usageOf(it);
  const element = `nudge:${nudge.id}`;
  const words: Nudge["words"] = { ...nudge.words, ...usage.changes(element) };
  remember(it, (memory) => {
    const kept = (memory.shown?.[nudge.id] ?? []).slice(1 - nudge.cap.times);
    memory.shown = { ...memory.shown, [nudge.id]: [...kept, Date.now()] };
  });
  usage.note("view", element);
  const said = {
    nudge: { ...nudge, words },
    clicked: () => usage.note("click", element),
    done: () =>
      remember(it, (memory) => {
        memory.done = [...(memory.done ?? []), nudge.id];
      }),
    dismissed: () => {
      usage.note("dismiss", element);
      over();
    },
    over,
  };
  if (nudge.kind === "popup" || nudge.kind === "email_capture") popup(it, said);
  else if (nudge.kind === "after_purchase") aside(it, said);
  else bar(it, said);
}
