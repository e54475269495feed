/**
 * The widget on a made-up page, for whoever draws up what customers will see.
 *
 * The page around it says what is to be shown; nothing is asked of the server, kept or counted.
 * It listens to nobody but a page of its own origin that has it in a frame.
 */

import { madeUpMember } from "./member";
import type { FromPreview, Scene, ToPreview } from "./messages";
import { showPage } from "./shop";

let shown = Promise.resolve();

addEventListener("message", ({ origin, source, data }: MessageEvent<ToPreview>) => {
  if (origin !== location.origin || source !== parent || data?.kind !== "show") return;
  // One after another: what is being mounted is not taken away half-way.
  shown = shown.then(() => show(data.scene)).catch(() => undefined);
});
// Where nobody is at work in here, what opens takes the focus from nobody who is at work outside.
const showModal = HTMLDialogElement.prototype.showModal;
HTMLDialogElement.prototype.showModal = function quietly(): void {
  this.inert = !document.hasFocus();
  showModal.call(this);
  this.inert = false;
};
// A browser that keeps nothing: what is tried here counts for no visitor.
Object.defineProperty(window, "localStorage", { value: undefined });
// What would be sent is answered here. The page's own policy lets nothing out, either.
window.fetch = async () => Response.json({ code: null });
// Links lead away from here, where nothing else is of use. One that can't be held back is clicked.
const leads = (event: Event) => event.composedPath().some((it) => it instanceof HTMLAnchorElement);
addEventListener("click", (event) => leads(event) && event.preventDefault());
(window as { navigation?: EventTarget }).navigation?.addEventListener("navigate", (event) =>
  event.preventDefault(),
);
tell({ kind: "ready" });

async function show(scene: Scene): Promise<void> {
  const { config, page, who, light } = scene;
  const open = scene.open || Boolean(widget()?.querySelector("dialog.panel"));
  showPage(scene);
  await window.LoyalNest?.mount({
    config,
    page,
    language: config.language,
    consent: "denied",
    preview: true,
    session: who === "member" ? madeUpMember(config) : undefined,
  });
  lightUp(light);
  if (open) window.LoyalNest?.open();
  tell({ kind: "shown" });
}

/** Whatever this device likes: the rules for the dark hold as the scene says. */
function lightUp(light: Scene["light"]): void {
  const [style] = widget()?.adoptedStyleSheets ?? [];
  if (!style) return;
  for (const rule of style.cssRules) {
    if (rule instanceof CSSMediaRule && rule.conditionText.includes("color-scheme")) {
      rule.media.mediaText = light === "dark" ? "all" : "not all";
    }
  }
  style.insertRule(`:host{color-scheme:${light}!important}`, style.cssRules.length);
}

function widget(): ShadowRoot | null | undefined {
  return document.querySelector("loyalnest-widget")?.shadowRoot;
}

function tell(message: FromPreview): void {
  parent.postMessage(message, location.origin);
}
