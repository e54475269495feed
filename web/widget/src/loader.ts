import css from "./launcher.css?inline";
import type { Config, Mounted, Options } from "./types";

/** How long the server may take. Nothing waits for it meanwhile, and nothing is shown after. */
const PATIENCE_MS = 10_000;
const COLOUR = /^#[0-9a-f]{6}$/i;
const RADIUS = { square: "0", rounded: "8px", round: "16px" };

interface Handle {
  mount: (options?: Options) => Promise<void>;
  destroy: () => void;
  open: () => void;
  refresh: () => void;
}

declare global {
  interface Window {
    LoyalNest?: Handle;
  }
}

const script = document.currentScript as HTMLScriptElement | null;
let ending: AbortController | undefined;
let mounted: Mounted | undefined;
/** Whether the panel was asked for while all this was on its way. */
let asked = false;

/** Put the widget on the page in the place of the one before; without a word if that fails. */
async function mount(options: Options = {}): Promise<void> {
  destroy();
  const mine = new AbortController();
  ending = mine;
  try {
    const said = { ...script?.dataset, ...options } as Options;
    const api = new URL("../v1/api/", script?.src).href;
    const config = said.config ?? (await ask(api, said));
    if (mine.signal.aborted || !config.widget.enabled) return;
    const host = document.createElement("loyalnest-widget");
    mine.signal.addEventListener("abort", () => host.remove());
    mounted = {
      options: said,
      config,
      api,
      host,
      root: host.attachShadow({ mode: "open" }),
      ends: mine.signal,
      open: () => void open(),
      refresh,
      kept: new Map(),
    };
    await show(mounted);
  } catch {
    if (ending === mine) destroy();
  }
}

function destroy(): void {
  ending?.abort();
  ending = mounted = undefined;
  asked = false;
}

async function ask(api: string, said: Options): Promise<Config> {
  const about = new URLSearchParams({
    shop: said.shop ?? "",
    language: said.language || document.documentElement.lang || navigator.language,
  });
  const answer = await fetch(`${api}widget/config?${about}`, {
    credentials: "omit",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!answer.ok) throw answer;
  return answer.json();
}

async function show(it: Mounted): Promise<void> {
  const { config, host, root } = it;
  const { brand, widget } = config;
  const style = new CSSStyleSheet();
  style.replaceSync(css + theme(brand));
  root.adoptedStyleSheets = [style];
  host.lang = config.language;
  host.dir = config.direction;
  const tried = config.experiments.some((each) => each.subject === "launcher");
  const site =
    tried || wanted(it)
      ? import("./site").then((part) => part.start(it)).catch(() => undefined)
      : undefined;
  const words = tried ? (await site)?.launcher : undefined;
  const button = document.createElement("button");
  button.type = "button";
  button.className = `launcher ${widget.side}${widget.phones ? "" : " wide"}`;
  const label = words ?? `${config.texts.launcher}`;
  it.kept.set("label", label);
  button.append(gift(), label);
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", () => void open(true));
  // Whoever comes near will want it: by the click it is there.
  for (const near of ["pointerenter", "focus"]) button.addEventListener(near, () => void panel());
  if (it.ends.aborted) return;
  root.append(button);
  document.documentElement.append(host);
  if (asked || location.hash.startsWith("#lno_")) void open();
}

const panel = () => import("./panel").catch(() => undefined);

async function open(clicked = false): Promise<void> {
  const it = mounted;
  const button = it?.root.querySelector("button");
  if (!it || !button) {
    asked = Boolean(ending);
    return;
  }
  button.setAttribute("aria-busy", "true");
  let label = it.kept.get("label");
  try {
    (await import("./panel")).open(it, clicked);
  } catch {
    label = it.config.texts.failed;
  }
  button.lastChild?.replaceWith(`${label}`);
  button.removeAttribute("aria-busy");
}

function refresh(): void {
  mounted?.kept.forEach((each) => {
    (each as { refresh?: () => void }).refresh?.();
  });
}

/** Whether there is something to do on the page itself, besides the launcher. */
function wanted({ config, options }: Mounted): boolean {
  return Boolean(
    options.consent === "granted" ||
      "Shopify" in window ||
      /[?&]ref=/.test(location.search) ||
      (config.switches.nudges === "on" && (config.nudges_for_tiers || config.nudges.length > 0)) ||
      document.querySelector("[data-loyalnest]") ||
      remembers(config.shop),
  );
}

function remembers(shop: string): boolean {
  try {
    return `loyalnest:${shop}` in localStorage;
  } catch {
    return false;
  }
}

/** Colours reach the style sheet as colours or not at all. */
function theme({ palette, corners }: Config["brand"]): string {
  const [colour, on, text, dark] = [
    palette.colour,
    palette.on_colour,
    palette.text,
    palette.text_in_dark,
  ].map((each) => (COLOUR.test(each) ? each : undefined));
  if (!colour || !on || !text || !dark) throw palette;
  const important = Object.entries({ colour, on, text, dark, radius: RADIUS[corners] ?? "8px" })
    .map(([name, value]) => `--${name}:${value}!important`)
    .join(";");
  return `:host{${important}}`;
}

/** A parcel with a bow. */
function gift(): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 20 20");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute(
    "d",
    "M2 6h16v4H2zM3.5 10v8h13v-8M10 6v12M10 6C6 6 5 2 7 2s3 4 3 4 1-4 3-4 1 4-3 4",
  );
  drawing.append(path);
  return drawing;
}

// An element of the page may have that name for its id.
if (!window.LoyalNest?.mount) {
  window.LoyalNest = { mount, destroy, open: () => void open(), refresh };
  if (script?.dataset.shop) void mount();
}
