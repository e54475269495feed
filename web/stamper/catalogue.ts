import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

/** What the app says of its own. */
const OWN = "stamper";
/** Of all refusals those that somebody at the counter can meet, by how their code begins. */
const MET = new RegExp(
  `^(${[
    ...["CARD_", "CODE_", "CLERK_", "PIN_", "PAIRING_CODE_", "PUBLIC_KEY_", "STAMP", "INTENT_"],
    ...["REWARD_NOT_DUE", "REWARD_MISSING", "REWARD_USED_ELSEWHERE", "TOO_MANY_AT_ONCE"],
    ...["DAILY_LIMIT_", "OFFLINE_LIMIT_", "TOO_OLD", "TOO_FAR", "PLACE_MISSING", "CLOCK_AHEAD"],
    ...["SIGNATURE_WRONG", "CONFIRM_NAME", "NOTHING_TO_UNDO", "NOT_UNDOABLE", "TAKEN_BACK"],
    ...["KEY_REPLACED", "HELD_REJECTED", "CUSTOMER_GONE", "NOT_FOUND", "INVALID", "CONTENDED"],
    ...["RATE_LIMITED", "UNAVAILABLE", "INTERNAL_ERROR"],
  ].join("|")})`,
);

/** Takes out of a language's catalogue what is said at the counter: one short file a language. */
export function catalogues(): Plugin {
  return {
    name: "catalogues",
    enforce: "pre",
    async load(id) {
      const [, file] = /^(.+\/locales\/[\w-]+\.json)\?counter$/.exec(id) ?? [];
      if (!file) return null;
      this.addWatchFile(file);
      const { [OWN]: own, problem } = JSON.parse(await readFile(file, "utf8"));
      const met = Object.entries(problem as object).filter(([code]) => MET.test(code));
      const code = `export default ${JSON.stringify({ own, problem: Object.fromEntries(met) })}`;
      return { code, moduleType: "js" };
    },
  };
}
