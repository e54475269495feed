import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

/** Sections that only screens of their own say, whose routes load them. */
export const LATER = [
  "experiment",
  "experimentState",
  "experimentGoal",
  "experimentField",
  "element",
  "journey",
  "journeyEnds",
  "journeyReady",
  "journeyReadyText",
  "journeySays",
  "journeyTrigger",
  "journeyWhy",
  "verdict",
  "verdictText",
  "delivery",
  "deliveryState",
  "deliveryWhy",
  "message",
  "notice",
  "occasion",
  "perk",
  "perkHeld",
  "perkKind",
  "perkText",
  "place",
  "posters",
  "sender",
  "senderField",
  "site",
  "consent",
  "consentWay",
  "shop",
  "siteKind",
  "sitePlace",
  "counter",
  "stampCard",
  "stampKind",
  "wallet",
];
/** What is said to customers: the server knows it, and no screen. */
export const ELSEWHERE = ["enrol", "letters", "page", "pass", "poster", "stamper", "widget"];

/** Parts each language's catalogue into what is loaded at first and what is loaded later. */
export function parted(): Plugin {
  return {
    name: "parted",
    enforce: "pre",
    async load(id) {
      const [, file, half] = /^(.+\/locales\/[\w-]+\.json)\?(first|later)$/.exec(id) ?? [];
      if (!file) return null;
      this.addWatchFile(file);
      const sections = Object.entries(JSON.parse(await readFile(file, "utf8")));
      const wanted = sections.filter(
        ([name]) => !ELSEWHERE.includes(name) && LATER.includes(name) === (half === "later"),
      );
      const code = `export default ${JSON.stringify(Object.fromEntries(wanted))}`;
      return { code, moduleType: "js" };
    },
  };
}
