import { remember } from "../memory";
import type { Mounted } from "../types";
import { forgetVisitor, usageOf } from "../usage";
import { startNudges } from "./nudges";
import { emptyPlaces, fillPlaces } from "./places";
import { bindFriend } from "./referral";

/** What the widget does on the page itself. Says what the launcher is called, if that is tried. */
export function start(it: Mounted): { launcher: string | undefined } {
  const usage = usageOf(it);
  // Taken off the page while this was on its way.
  if (it.ends.aborted) return { launcher: undefined };
  forgetVisitor(it);
  usage.note("view", "launcher");
  fillPlaces(it);
  it.ends.addEventListener("abort", emptyPlaces, { once: true });
  it.kept.set("places", { refresh: () => fillPlaces(it) });
  const ref = new URLSearchParams(location.search).get("ref");
  if (ref && /^[\w-]{4,40}$/.test(ref)) {
    remember(it, (memory) => {
      memory.ref = { code: ref, at: Date.now() };
    });
  }
  void bindFriend(it);
  if (it.config.switches.nudges === "on") void startNudges(it).catch(() => undefined);
  return { launcher: usage.changes("launcher").launcher };
}
