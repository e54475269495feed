import { Component, type ComponentChildren, render } from "preact";
import { Refused, sessionOf } from "../session";
import type { Mounted } from "../types";
import { wordsOf } from "../words";
import { accountOf } from "./account";
import { Badges } from "./badges";
import { Earn } from "./earn";
import { History } from "./history";
import { Guest, Home } from "./home";
import { Privacy } from "./privacy";
import { Refer } from "./refer";
import { Codes, Spend } from "./spend";
import { enter, useKept, useWithin, type View, type Within } from "./within";

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

/** Show the panel from its beginning, to whoever is there now. */
export function begin(it: Mounted, dialog: HTMLDialogElement): void {
  const words = wordsOf(it.config);
  const told = (error: unknown) =>
    error instanceof Refused && error.message ? error.message : words.say("failed");
  let asked = 0;
  const own: Within = {
    it,
    words,
    session: sessionOf(it),
    account: undefined,
    failed: undefined,
    view: "home",
    kept: {},
    go: (view) => {
      own.view = view;
      own.kept = {};
      own.draw();
      own.lead();
    },
    lead: () => dialog.querySelector("h2")?.focus(),
    reload: async () => {
      const mine = ++asked;
      // Who asked again has a newer answer, or will have one.
      const isLast = (): boolean => mine === asked;
      try {
        const account = await accountOf(own.session, it.config);
        if (isLast()) Object.assign(own, { account, failed: undefined });
      } catch (error) {
        if (isLast()) own.failed = told(error);
      }
      own.draw();
    },
    draw: () => {
      // Nothing that comes late draws over whoever came after.
      if (useWithin() === own && dialog.isConnected) render(<Panel />, dialog);
    },
    told,
    close: () => dialog.close(),
  };
  enter(own);
  own.draw();
  void own.reload();
}

class Panel extends Component {
  /** Whatever was answered: what can't be drawn is told as what failed. */
  override componentDidCatch(error: unknown): void {
    const within = useWithin();
    within.account = undefined;
    within.failed = within.told(error);
    this.setState({});
  }

  override render() {
    const { it, words, account, failed, view, go, reload, close } = useWithin();
    const home = view === "home" || !account;
    const Screen = home ? (account ? Home : Guest) : VIEWS[view];
    return (
      <div class="frame">
        <div class="top">
          {home ? (
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
          <h2 id="panel-title" tabIndex={-1}>
            {home ? it.config.brand.name : words.say(titleOf(view))}
          </h2>
          <button type="button" class="icon" aria-label={words.say("close")} onClick={close}>
            ×
          </button>
        </div>
        <div class="body">
          {failed && home ? (
            // What is on another screen stays; a balance is shown as it is or not at all.
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
      {title && (
        <h3>
          <bdi>{title}</bdi>
        </h3>
      )}
      {children}
    </section>
  );
}

/** What the merchant has written, in whichever direction that is written. */
export function Own({ text }: { text: string }) {
  return (
    <p>
      <bdi>{text}</bdi>
    </p>
  );
}

/** What something is, and how much. */
export type Pair = [what: string, much: string];

export function Pairs({ of }: { of: Pair[] }) {
  return (
    <ul class="pairs">
      {of.map(([what, much]) => (
        <li key={what}>
          <bdi>{what}</bdi>
          <b>{much}</b>
        </li>
      ))}
    </ul>
  );
}

/** A bar that is filled as far as something has come. */
export function Progress({ done, of, label }: { done: number; of: number; label: string }) {
  return <progress value={Math.min(done, of)} max={of || 1} aria-label={label} />;
}

/** Something to be copied by a button, which says when it was. */
export function Copied({ text, label }: { text: string; label: string }) {
  const { words } = useWithin();
  const [copied, setCopied] = useKept(`copied ${text}`, false);
  const copy = ({ currentTarget }: { currentTarget: HTMLElement }): void => {
    (currentTarget.previousElementSibling as HTMLInputElement).select();
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <p class="copy">
      <input readOnly value={text} aria-label={label} dir="ltr" />
      <button type="button" aria-live="polite" onClick={copy}>
        {words.say(copied ? "copied" : "copy")}
      </button>
    </p>
  );
}
