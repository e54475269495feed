import type { ComponentChildren } from "preact";
import { isAway } from "../door";
import { entriesOf } from "../keep";
import { useLive, useWithin, type View } from "../within";
import { number, say } from "../words";

/** What stands around every screen: whose it is, what waits, what has to be read, and the ways. */
export function Frame({ view, children }: { view: View; children: ComponentChildren }) {
  const { device, present, go, lock } = useWithin();
  const standing = useLive(async () => ({
    waiting: (await entriesOf("waiting")).length,
    unread: await unread(),
    away: isAway(),
  }));
  const { waiting = 0, unread: news = 0, away = false } = standing.value ?? {};
  const working = device && !device.revoked && present;
  return (
    <>
      <header>
        {device?.me.merchant.logo_url && <img src={device.me.merchant.logo_url} alt="" />}
        <p class="whose">
          <bdi>{device?.me.merchant.name ?? "LoyalNest"}</bdi>
          {device?.me.store && <small dir="auto">{device.me.store.name}</small>}
        </p>
        <p class="contact">
          {away && <span>{say("offline")}</span>}
          {waiting > 0 && <span>{say("unsent", { shown: number(waiting) })}</span>}
        </p>
        {working && (
          <button type="button" class="plain" onClick={lock}>
            <bdi>{present.name}</bdi> <small>{say("lock")}</small>
          </button>
        )}
      </header>
      {working && news > 0 && view.at !== "news" && (
        <button type="button" class="banner" onClick={() => go({ at: "news" })}>
          {say("unread", { shown: number(news) })}
        </button>
      )}
      <main>{children}</main>
      {working && (
        <nav aria-label={say("menu")}>
          {(["desk", "recent", "more"] as const).map((at) => (
            <button
              type="button"
              key={at}
              aria-current={view.at === at ? "page" : undefined}
              onClick={() => go({ at })}
            >
              {say(at)}
            </button>
          ))}
          {news > 0 && (
            <button
              type="button"
              aria-current={view.at === "news" ? "page" : undefined}
              onClick={() => go({ at: "news" })}
            >
              {say("news")} <span class="count">{number(news)}</span>
            </button>
          )}
        </nav>
      )}
    </>
  );
}

async function unread(): Promise<number> {
  const odd = [...(await entriesOf("refused")), ...(await entriesOf("held"))];
  return odd.filter((it) => !it.read).length;
}
