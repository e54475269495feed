import type { Mounted } from "./types";
import type { Usage } from "./usage";

/** Say what was done to whoever counts; without consent nobody does, and that part isn't here. */
export function note(it: Mounted, ...done: Parameters<Usage["note"]>): void {
  (it.kept.get("usage") as Usage | undefined)?.note(...done);
}
