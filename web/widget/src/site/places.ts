import { pointsFor } from "../earning";
import { sheet } from "../sheet";
import type { Mounted } from "../types";
import { type Words, wordsOf } from "../words";
import { draw } from "./draw";
import css from "./places.css?inline";

type Show = (it: Mounted, words: Words, place: HTMLElement) => Node | string | undefined;

const SHOWN: Record<string, Show> = {
  points: (it, words, { dataset }) =>
    it.config.points.product ? line(it, words, "productPoints", dataset.price, dataset) : undefined,
  "cart-points": (it, words, { dataset }) =>
    it.config.points.cart ? line(it, words, "cartPoints", dataset.subtotal, dataset) : undefined,
  "thanks-points": (it, words, { dataset }) =>
    it.config.points.thanks
      ? line(it, words, "thanksPoints", dataset.subtotal, dataset)
      : undefined,
  calculator: (it, words) => (it.config.points.calculator ? calculator(it, words) : undefined),
};
const drawn = new WeakMap<Element, ShadowRoot>();

/** Fill the places that the page has marked. It has reserved their height, so nothing moves. */
export function fillPlaces(it: Mounted): void {
  const words = wordsOf(it.config);
  for (const place of document.querySelectorAll<HTMLElement>("[data-loyalnest]")) {
    const content = SHOWN[place.dataset.loyalnest ?? ""]?.(it, words, place);
    const known = drawn.get(place);
    // What somebody has typed into the calculator stays.
    if (known?.querySelector("input") && content) continue;
    const root = known ?? shadowOf(place);
    if (!root) continue;
    drawn.set(place, root);
    root.adoptedStyleSheets = [sheet(css)];
    place.lang = it.config.language;
    place.dir = it.config.direction;
    root.replaceChildren(...(content ? [content] : []));
  }
}

/** Not every element can have one, and the page may have given it one of its own. */
function shadowOf(place: HTMLElement): ShadowRoot | undefined {
  try {
    return place.attachShadow({ mode: "open" });
  } catch {
    return undefined;
  }
}

/** Leave the places as they were found. */
export function emptyPlaces(): void {
  for (const place of document.querySelectorAll("[data-loyalnest]")) {
    drawn.get(place)?.replaceChildren();
  }
}

function line(
  it: Mounted,
  words: Words,
  text: string,
  spent: string | undefined,
  { currency }: DOMStringMap,
): Node | undefined {
  const points = spent && pointsFor(it.config, spent, currency ?? it.config.currency);
  if (!points) return undefined;
  const amount = words.amount(points);
  const [before, after] = words.say(text, { points: "\u0000" }).split("\u0000");
  return draw("span", {}, before, draw("strong", {}, amount), after);
}

/** Somebody writes what they would spend, and reads what that earns and what it brings near. */
function calculator(it: Mounted, words: Words): Node {
  const { config } = it;
  const input = draw("input", { type: "number", min: "0", step: "any", inputmode: "decimal" });
  const told = draw("output", { "aria-live": "polite" });
  const tell = (): void => {
    const points = input.value && pointsFor(config, input.value, config.currency);
    const reach = config.rewards
      .filter((each) => points && each.cost <= points)
      .sort((one, other) => other.cost - one.cost)[0];
    told.replaceChildren(
      points ? words.say("calculated", { points: words.amount(points) }) : "",
      reach ? ` ${words.say("calculatedReach", { reward: reach.name })}` : "",
    );
  };
  input.addEventListener("input", tell);
  const asked = words.say("calculator", { currency: config.currency });
  // What is told stands beside the label, or it would be part of what the field is called.
  return draw("div", {}, draw("label", {}, draw("span", {}, asked), input), told);
}
