import { sheet } from "../sheet";
import type { Mounted, Nudge } from "../types";
import { usageOf } from "../usage";
import { wordsOf } from "../words";
import { draw, pressed } from "./draw";
import css from "./speaking.css?inline";

/** A nudge that speaks up, and what becomes of it. */
export interface Said {
  nudge: Nudge;
  clicked: () => void;
  /** It has done what it was for, and is never shown again. */
  done: () => void;
  dismissed: () => void;
  over: () => void;
}

/** A line at the foot of the window. It covers what is there, and moves nothing. */
export function bar(it: Mounted, said: Said): void {
  resting(it, said, "bar");
}

/** A note at the foot of the window, beside the launcher. */
export function aside(it: Mounted, said: Said): void {
  resting(it, said, "aside");
}

function resting(it: Mounted, said: Said, look: string): void {
  const { words } = said.nudge;
  const box = draw("section", { class: `nudge ${look}`, "aria-label": words.title });
  const away = (): void => {
    box.remove();
    said.dismissed();
  };
  box.append(
    draw("p", {}, draw("bdi", {}, draw("strong", {}, words.title), words.text && ` ${words.text}`)),
    act(it, said, () => {
      box.remove();
      said.over();
    }) ?? "",
    closing(it, away),
  );
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") away();
  });
  dress(it).append(box);
}

/** A dialog in front of everything, left by Escape, by its button, or by a click beside it. */
export function popup(it: Mounted, said: Said): void {
  const { words, kind } = said.nudge;
  const box = draw("dialog", { class: "nudge popup", "aria-labelledby": "nudge-title" });
  let acted = false;
  const leave = (): void => {
    acted = true;
    box.close();
  };
  box.append(
    closing(it, () => box.close()),
    draw("h2", { id: "nudge-title" }, draw("bdi", {}, words.title)),
    words.text ? draw("p", {}, draw("bdi", {}, words.text)) : "",
    (kind === "email_capture" ? form(it, said, leave) : act(it, said, leave)) ?? "",
  );
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
  });
  box.addEventListener("close", () => {
    box.remove();
    if (acted) said.over();
    else said.dismissed();
  });
  dress(it).append(box);
  box.showModal();
}

/** What the button does: follows the link, copies the code, or opens the panel. */
function act(it: Mounted, said: Said, then: () => void): HTMLElement | undefined {
  const { link, code, words } = said.nudge;
  if (code && !link) return copied(it, said, code, words.button);
  const go =
    words.button &&
    pressed(words.button, "main", () => {
      said.clicked();
      said.done();
      then();
      if (link) location.assign(link);
      else it.open();
    });
  if (code) return draw("span", { class: "code" }, copied(it, said, code, "", "other"), go);
  return go || undefined;
}

function copied(it: Mounted, said: Said, code: string, label = "", look = "main"): HTMLElement {
  const texts = wordsOf(it.config);
  const copy = pressed(label || texts.say("copy"), look, () => {
    said.clicked();
    navigator.clipboard?.writeText(code).then(
      () => copy.replaceChildren(texts.say("copied")),
      () => undefined,
    );
  });
  return draw("span", { class: "code" }, draw("code", {}, code), copy);
}

/** Asks for an address, and says what is agreed to by leaving it. */
function form(it: Mounted, said: Said, leave: () => void): HTMLElement {
  const texts = wordsOf(it.config);
  const { id, version, words } = said.nudge;
  const input = draw("input", {
    type: "email",
    autocomplete: "email",
    required: "",
    name: "email",
  });
  const agree = draw("input", { type: "checkbox", required: "", name: "agreed" });
  const told = draw("p", { role: "status" });
  const send = draw("button", { class: "main" }, words.button || texts.say("send"));
  const box = draw(
    "form",
    {},
    draw("label", {}, draw("span", {}, texts.say("email")), input),
    draw("label", { class: "agree" }, agree, draw("bdi", {}, words.consent)),
    send,
    told,
  );
  const leaveAddress = async (): Promise<void> => {
    const { shop, language } = it.config;
    const answer = await fetch(`${it.api}widget/captures?language=${language}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        shop,
        nudge: id,
        version,
        language,
        email: input.value,
        agreed: agree.checked,
      }),
      credentials: "omit",
    });
    const { code, detail } = await answer.json();
    if (!answer.ok) throw new Error(detail);
    usageOf(it).note("goal", "subscribe");
    said.done();
    told.textContent = words.thanks || texts.say("emailThanks");
    const close = pressed(texts.say("close"), "main", leave);
    box.replaceChildren(told, code ? copied(it, said, code) : "", close);
    close.focus();
  };
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    send.disabled = true;
    leaveAddress().catch((error: Error) => {
      send.disabled = false;
      told.textContent = (error.name === "Error" && error.message) || texts.say("failed");
    });
  });
  return box;
}

function closing(it: Mounted, then: () => void): HTMLElement {
  const button = pressed("×", "close", then);
  button.setAttribute("aria-label", `${it.config.texts.close}`);
  return button;
}

/** Where nudges stand; they have a style sheet that the launcher does without. */
function dress({ kept, root }: Mounted): ShadowRoot {
  if (!kept.has("dressed")) root.adoptedStyleSheets.push(sheet(css));
  kept.set("dressed", true);
  return root;
}
