import type { Referral } from "./account";
import { Alert, Card, Copied, Pairs } from "./panel";
import { useKept, useWithin } from "./within";

/** The link to pass on, what both get for it, and what has come of it. */
export function Refer() {
  const { account, words, session, reload, told } = useWithin();
  const [failed, setFailed] = useKept<string | undefined>("failed", undefined);
  const referral = account?.referral;
  if (!referral) return null;
  const make = (): Promise<void> =>
    session
      .ask<Referral>("me/referral", { method: "POST" })
      .then(reload, (error) => setFailed(told(error)));
  const [you, friend] = [words.gift(referral.you_get), words.gift(referral.friend_gets)];
  const { pending, completed, next_due_at } = referral.progress;
  return (
    <>
      <Card>
        {friend && <p>{words.say("friendGets", { gift: friend })}</p>}
        {you && <p>{words.say("youGet", { gift: you })}</p>}
        {referral.referral_code ? (
          <Share referral={referral} />
        ) : (
          <button type="button" class="main" onClick={() => void make()}>
            {words.say("getLink")}
          </button>
        )}
        <Alert text={failed} />
      </Card>
      {pending + completed > 0 && (
        <Card>
          <Pairs
            of={[
              [words.say("friendsCame"), words.number(completed)],
              [words.say("friendsComing"), words.number(pending)],
            ]}
          />
          {next_due_at && (
            <p class="soft">{words.say("friendDue", { date: words.date(next_due_at) })}</p>
          )}
        </Card>
      )}
    </>
  );
}

function Share({ referral }: { referral: Referral }) {
  const { it, words } = useWithin();
  const { pages } = it.config.widget;
  const code = referral.referral_code ?? "";
  const link = referral.link ?? new URL(`${pages.register}?ref=${code}`, location.origin).href;
  const shop = it.config.brand.name;
  // Whoever finds addresses in a text would take such a mark for a part of one.
  const text = words.say("shareText", { shop, link }).replace(/[\u2068\u2069]/g, "");
  const mail = `mailto:?subject=${encodeURIComponent(shop)}&body=${encodeURIComponent(text)}`;
  // Who thinks better of it has said so; where a browser won't, the link is copied instead.
  const all = ({ currentTarget }: { currentTarget: HTMLElement }): void => {
    const copy = currentTarget.closest("section")?.querySelector<HTMLElement>(".copy button");
    navigator
      .share({ title: shop, text })
      .catch(({ name }) => name !== "AbortError" && copy?.click());
  };
  return (
    <>
      <Copied text={link} label={words.say("yourLink")} />
      <p class="row">
        <a class="button" href={mail}>
          {words.say("email")}
        </a>
        <a
          class="button"
          href={`https://wa.me/?text=${encodeURIComponent(text)}`}
          target="_blank"
          rel="noopener noreferrer"
        >
          WhatsApp
        </a>
        {"share" in navigator && (
          <button type="button" onClick={all}>
            {words.say("share")}
          </button>
        )}
      </p>
    </>
  );
}
