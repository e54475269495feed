import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Refused, type Session, sessionOf } from "../session";
import type { Mounted } from "../types";
import { type Words, wordsOf } from "../words";
import { type Account, accountOf } from "./account";
import { Badges } from "./badges";
import { Earn } from "./earn";
import { History } from "./history";
import { Guest, Home } from "./home";
import { Privacy } from "./privacy";
import { Refer } from "./refer";
import { Codes, Spend } from "./spend";

export type View = "home" | "earn" | "spend" | "codes" | "refer" | "badges" | "history" | "privacy";

/** What every screen of the panel has at hand. */
export interface Within {
  it: Mounted;
  words: Words;
  session: Session;
  /** Null for a guest. */
  account: Account | null;
  go: (view: View) => void;
  /** Ask anew for everything that is shown. */
  reload: () => Promise<void>;
  /** What went wrong, in words. */
  told: (error: unknown) => string;
}

// There is one panel, and whatever is in it is drawn anew with it.
let within: Within;

export const useWithin = (): Within => within;

const VIEWS = {
  earn: Earn,
  spend: Spend,
  codes: Codes,
  refer: Refer,
  badges: Badges,
  history: History,
  privacy: Privacy,
};

/** What the title of a screen is called in the catalogue. */
export const titleOf = (view: View): string => `${view}Title`;

export function Panel({ it, close }: { it: Mounted; close: () => void }) {
  const { config } = it;
  const words = wordsOf(config);
  const session = sessionOf(it);
  const [account, setAccount] = useState<Account | null | undefined>();
  const [failed, setFailed] = useState<string>();
  const [view, setView] = useState<View>("home");
  const title = useRef<HTMLHeadingElement>(null);
  const told = (error: unknown) =>
    error instanceof Refused && error.message ? error.message : words.say("failed");
  const reload = async (): Promise<void> => {
    try {
      setAccount(await accountOf(session, config));
      setFailed(undefined);
    } catch (error) {
      setFailed(told(error));
    }
  };
  useEffect(() => {
    void reload();
  }, []);
  const go = (next: View): void => {
    setView(next);
    title.current?.focus();
  };
  within = { it, words, session, account: account ?? null, go, reload, told };
  const Screen = view === "home" ? (account ? Home : Guest) : VIEWS[view];
  return (
    <div class="frame">
      <div class="top">
        {view === "home" ? (
          <Logo it={it} />
        ) : (
          <button
            type="button"
            class="icon back"
            aria-label={words.say("back")}
            onClick={() => go("home")}
          >
            ‹
          </button>
        )}
        <h2 id="panel-title" tabIndex={-1} ref={title}>
          {view === "home" ? config.brand.name : words.say(titleOf(view))}
        </h2>
        <button type="button" class="icon" aria-label={words.say("close")} onClick={close}>
          ×
        </button>
      </div>
      <div class="body">
        {failed ? (
          <Trouble text={failed} again={words.say("retry")} onAgain={() => void reload()} />
        ) : account === undefined ? (
          <p class="wait" role="status">
            {words.say("loading")}
          </p>
        ) : (
          <Screen />
        )}
      </div>
    </div>
  );
}

function Logo({ it: { config, api } }: { it: Mounted }) {
  const { logo } = config.brand;
  return (
    logo && <img src={new URL(logo.url, api).href} width={logo.width} height={logo.height} alt="" />
  );
}

export function Alert({ text }: { text: string | undefined }) {
  return text ? (
    <p role="alert" class="alert">
      {text}
    </p>
  ) : null;
}

export function Trouble(of: { text: string; again: string; onAgain: () => void }) {
  return (
    <div class="card" role="alert">
      <p>{of.text}</p>
      <button type="button" onClick={of.onAgain}>
        {of.again}
      </button>
    </div>
  );
}

export function Card({
  title,
  children,
}: {
  title?: string | undefined;
  children: ComponentChildren;
}) {
  return (
    <section class="card">
      {title && <h3>{title}</h3>}
      {children}
    </section>
  );
}

/** A bar that is filled as far as something has come. */
export function Progress({ done, of, label }: { done: number; of: number; label: string }) {
  return <progress value={Math.min(done, of)} max={of || 1} aria-label={label} />;
}

/** Something to be copied by a button, which says when it was. */
export function Copied({ text, label }: { text: string; label: string }) {
  const { words } = useWithin();
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const copy = (): void => {
    field.current?.select();
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <p class="copy">
      <input ref={field} readOnly value={text} aria-label={label} dir="ltr" />
      <button type="button" aria-live="polite" onClick={copy}>
        {words.say(copied ? "copied" : "copy")}
      </button>
    </p>
  );
}
