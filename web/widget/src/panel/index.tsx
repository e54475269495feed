import { render } from "preact";
import { note } from "../note";
import { sheet } from "../sheet";
import type { Mounted } from "../types";
import { begin } from "./panel";
import css from "./panel.css?inline";

/** Show the panel; one that stands open stays as it is. */
export function open(it: Mounted, clicked: boolean): void {
  if (it.root.querySelector("dialog.panel")) return;
  if (!it.kept.has("panel style")) it.root.adoptedStyleSheets.push(sheet(css));
  it.kept.set("panel style", true);
  const dialog = document.createElement("dialog");
  dialog.className = `panel ${it.config.widget.side}`;
  dialog.setAttribute("aria-labelledby", "panel-title");
  if (clicked) note(it, "click", "launcher");
  const close = (): void => {
    render(null, dialog);
    dialog.remove();
    it.kept.delete("panel");
  };
  dialog.addEventListener("close", () => {
    note(it, "dismiss", "panel");
    close();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  it.ends.addEventListener("abort", close, { once: true });
  // The browser may bring the page back as it was left, to somebody else.
  addEventListener("pagehide", close, { once: true, signal: it.ends });
  it.root.append(dialog);
  const refresh = (): void => begin(it, dialog);
  refresh();
  it.kept.set("panel", { refresh });
  // In the top layer nothing of the page lies above it, and the rest of the page is out of reach.
  dialog.showModal();
  note(it, "view", "panel");
}
