import { language } from "./words";

interface Offer extends Event {
  prompt: () => Promise<unknown>;
}
let offered: Offer | undefined;

/** Browsers that install by a button of ours say so once, early: it is kept for when it is wanted. */
export function awaitOffer(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offered = event as Offer;
  });
}

/** How the browser offers to install the app, if it does. */
export const offer = (): Offer | undefined => offered;

/** Called again when the language changes: the worker then keeps that one's words. */
export async function install(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker
    .register(`/stamper/sw.js?language=${language()}`, { scope: "/stamper/" })
    .catch(() => undefined); // without a network, or where a browser allows none
}

/**
 * Take a newer version of the app, if one waits. For when nobody works with it: the page is
 * loaded anew.
 */
export async function takeNewest(): Promise<void> {
  const found = await navigator.serviceWorker?.getRegistration("/stamper/");
  if (!found?.waiting) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), {
    once: true,
  });
  found.waiting.postMessage("begin");
}
