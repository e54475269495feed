import { assign } from "./assign";
import { recall, remember } from "./memory";
import { sessionOf } from "./session";
import type { Experiment, Mounted } from "./types";

interface Event {
  action: "view" | "click" | "dismiss" | "goal";
  element: string;
  experiment: string | null;
  variant: string | null;
  at: string;
}

/** What is seen and clicked, told in batches, and which variant of what this visitor meets. */
export interface Usage {
  note: (action: Event["action"], element: string) => void;
  /** What the visitor's variant says otherwise about a nudge or the launcher. */
  changes: (subject: string) => Record<string, string>;
}

interface Privacy {
  Shopify?: { customerPrivacy?: { analyticsProcessingAllowed?: () => boolean } };
}

const AFTER_MS = 5_000;
const AT_MOST = 50;

export function usageOf(it: Mounted): Usage {
  const found = it.kept.get("usage") as Usage | undefined;
  const usage = found ?? begin(it);
  it.kept.set("usage", usage);
  return usage;
}

/**
 * Whether the visitor lets themselves be counted: as the page says, or as they told the shop.
 * Undefined where nobody has said anything, yet.
 */
export function consented({ options }: Mounted): boolean | undefined {
  const privacy = (window as Privacy).Shopify?.customerPrivacy;
  if (options.consent) return options.consent === "granted";
  return privacy?.analyticsProcessingAllowed?.();
}

/** Whoever takes consent back is known by no number any more. */
export function forgetVisitor(it: Mounted): void {
  if (consented(it) !== false || !recall(it).visitor) return;
  remember(it, (memory) => {
    delete memory.visitor;
  });
}

function begin(it: Mounted): Usage {
  const { config, api, ends } = it;
  let waiting: Event[] = [];
  let timer = 0;

  function flush(): void {
    clearTimeout(timer);
    timer = 0;
    if (!waiting.length || !consented(it)) return;
    const events = waiting.splice(0, AT_MOST);
    const body = { shop: config.shop, visitor: visitorOf(it), consent: true, events };
    // Unlike a beacon it carries no cookies, and unlike a plain request it outlives the page.
    fetch(`${api}usage`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...sessionOf(it).bearer() },
      body: JSON.stringify(body),
      credentials: "omit",
      keepalive: true,
    }).catch(() => undefined);
  }

  function variantOf(subject: string): [Experiment, string] | undefined {
    const found = config.experiments.find((each) => each.subject === subject);
    if (!found || !consented(it)) return undefined;
    const variant = assign(found, visitorOf(it));
    return variant === null ? undefined : [found, variant];
  }

  addEventListener("pagehide", flush, { signal: ends });
  document.addEventListener("visibilitychange", flush, { signal: ends });
  ends.addEventListener("abort", flush);
  return {
    note: (action, element) => {
      if (!consented(it)) {
        waiting = [];
        forgetVisitor(it);
        return;
      }
      const met = variantOf(element);
      const [experiment, variant] = [met?.[0].key ?? null, met?.[1] ?? null];
      waiting.push({ action, element, experiment, variant, at: new Date().toISOString() });
      if (waiting.length >= AT_MOST) flush();
      else timer ||= window.setTimeout(flush, AFTER_MS);
    },
    changes: (subject) => {
      const met = variantOf(subject);
      return met?.[0].variants.find((each) => each.key === met[1])?.changes ?? {};
    },
  };
}

/** Whoever has consented is known by a random number, and by nothing else. */
function visitorOf(it: Mounted): string {
  const known = recall(it).visitor;
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const visitor = btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=/g, "");
  remember(it, (memory) => {
    memory.visitor = visitor;
  });
  return visitor;
}
