/**
 * Shopify's App Bridge. The server puts its script into the page where the page is opened inside a
 * shop's admin, and nowhere else: alone, there is none.
 */
interface AppBridge {
  /** A fresh token that says which user of which shop is there. It lives for a minute. */
  idToken(): Promise<string>;
}

declare global {
  interface Window {
    shopify?: AppBridge;
  }
}

/** Whether the page is in somebody's frame, where a browser keeps no cookie of ours. */
export const embedded = window.self !== window.top;

/** The admin around us, if there is one that speaks with us. */
export const bridge = embedded ? window.shopify : undefined;
