import { render } from "preact";
import { note } from "../note";
import { sheet } from "../sheet";
import type { Mounted } from "../types";
import { begin } from "./panel";
import css from "./panel.css?inline";
import { useWithin } from "./within";

/** Show the panel; one that stands open stays as it is. */
export function open(it: Mounted, clicked: boolean): void {
  if (it.root.querySelector("dialog.panel")) return;
  if (!it.kept.has("panel style")) it.root.adoptedStyleSheets.push(sheet(css));
  it.kept.set("panel style", true);
  const dialog = document.createElement("dialog");
  dialog.className = `panel ${it.config.widget.side}`;
  dialog.setAttribute("aria-labelledby", "panel-title");
  if (clicked) note(it, "click", "launcher");
  const shut = new AbortController();
  const { signal } = shut;
  const close = (): void => {
    shut.abort();
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
  it.ends.addEventListener("abort", close, { signal });
  // The browser may bring the page back as it was left, to somebody else.
  addEventListener("pagehide", close, { signal });
  it.root.append(dialog);
  const refresh = (): void => begin(it, dialog);
  refresh();
  it.kept.set("panel", { refresh });
  // Points may have been spent in another tab. The session hears of it first, and asks who is there.
  document.addEventListener(
    "visibilitychange",
    () => document.hidden || void useWithin().reload(),
    { signal },
  );
  // In the top layer nothing of the page lies above it, and the rest of the page is out of reach.
  dialog.showModal();
  note(it, "view", "panel");
}
