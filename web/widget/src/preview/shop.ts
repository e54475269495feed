import type { Scene } from "./messages";
import css from "./shop.css?inline";

/** What the page is about costs this much. */
const SPENT = "48.00";
const PLACES: Record<Scene["page"], string[]> = {
  home: ["calculator"],
  product: ["points", "calculator"],
  cart: ["cart-points"],
  thanks: ["thanks-points"],
  account: [],
};

// Nothing is shared with what shops' pages load, which would come in more pieces for it.
const style = new CSSStyleSheet();
style.replaceSync(css);

/** A page as a shop might have it, drawn anew where it is another one than before. */
export function showPage({ config, page, light }: Scene): void {
  const { brand, language, direction, currency } = config;
  const root = document.documentElement;
  root.lang = language;
  root.dir = direction;
  root.dataset.light = light;
  document.title = brand.name;
  const name = [page, language, currency, brand.name].join();
  if (document.body.dataset.shown === name) return;
  document.body.dataset.shown = name;
  document.adoptedStyleSheets = [style];
  const header = element("header");
  header.append(element("h1", "", brand.name));
  const main = element("main");
  main.append(block("picture"), about(config, page));
  document.body.replaceChildren(header, main);
}

function about({ language, currency }: Scene["config"], page: Scene["page"]): HTMLElement {
  const box = element("div", "about");
  box.append(block("line short"));
  if (["product", "cart", "thanks"].includes(page)) {
    const money = new Intl.NumberFormat(language, { style: "currency", currency });
    box.append(element("p", "price", money.format(Number(SPENT))));
  }
  for (const place of PLACES[page]) {
    const marked = element("div");
    Object.assign(marked.dataset, { loyalnest: place, price: SPENT, subtotal: SPENT, currency });
    box.append(marked);
  }
  box.append(...["line", "line", "line short"].map(block));
  return box;
}

function block(className: string): HTMLElement {
  const drawn = element("div", className);
  drawn.setAttribute("aria-hidden", "true");
  return drawn;
}

function element(name: string, className = "", text = ""): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
