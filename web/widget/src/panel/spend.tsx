import { note } from "../note";
import type { Offer, Redemption } from "./account";
import { Alert, Card, Copied, Own, Progress } from "./panel";
import { useKept, useWithin } from "./within";

/** What somebody is about to redeem, and what came of that if it was refused. */
interface Decision {
  offer: string;
  busy?: boolean;
  failed?: string;
}

const useDecision = () => useKept<Decision | undefined>("decision", undefined);
const useGot = () => useKept<Redemption | undefined>("got", undefined);

/** What can be had, what is missing for the rest, and the code of what was just redeemed. */
export function Spend() {
  const { account, words } = useWithin();
  const [got] = useGot();
  if (got) return <Code it={got} />;
  if (!account?.offers.length) return <p class="soft">{words.say("spendNone")}</p>;
  return (
    <>
      {account.offers.map((each) => (
        <Offered key={each.id} offer={each} />
      ))}
    </>
  );
}

function Offered({ offer }: { offer: Offer }) {
  const { words } = useWithin();
  const [decision, decide] = useDecision();
  const asked = decision?.offer === offer.id;
  return (
    <Card title={offer.name}>
      {offer.description && <Own text={offer.description} />}
      {offer.obstacle ? (
        <p class="soft">{words.say(`why_${offer.obstacle}`) || words.say("obstacle")}</p>
      ) : !offer.affordable ? (
        <>
          <Progress done={offer.cost - offer.missing} of={offer.cost} label={offer.name} />
          <p class="soft">{words.say("missing", { points: words.amount(offer.missing) })}</p>
        </>
      ) : asked ? (
        <Confirm offer={offer} busy={decision.busy} />
      ) : (
        <button type="button" class="main" onClick={() => decide({ offer: offer.id })}>
          {words.say("redeemFor", { points: words.amount(offer.cost) })}
        </button>
      )}
      {asked && <Alert text={decision.failed} />}
    </Card>
  );
}

/** A redemption can't be taken back by whoever made it: it is asked for twice instead. */
function Confirm({ offer: { id, name, cost }, busy }: { offer: Offer; busy: boolean | undefined }) {
  const { it, words, session, reload, told, lead } = useWithin();
  const [, decide] = useDecision();
  const [, setGot] = useGot();
  const redeem = async (): Promise<void> => {
    decide({ offer: id, busy: true });
    try {
      const got = await session.ask<Redemption>("me/rewards/redeem", {
        method: "POST",
        body: { reward_id: id, currency: it.config.currency },
        once: true,
      });
      note(it, "goal", "redeem");
      setGot(got);
      lead();
    } catch (error) {
      decide({ offer: id, failed: told(error) });
    }
    // Whatever came of it: what is left is what the server says.
    await reload();
  };
  const leave = (): void => {
    decide(undefined);
    lead();
  };
  return (
    <>
      <p>{words.say("confirm", { points: words.amount(cost), reward: name })}</p>
      <p class="row">
        <button
          type="button"
          class="main"
          aria-busy={busy}
          disabled={busy}
          ref={focus}
          onClick={() => void redeem()}
        >
          {words.say("redeem")}
        </button>
        <button type="button" onClick={leave} disabled={busy}>
          {words.say("cancel")}
        </button>
      </p>
    </>
  );
}

const focus = (button: HTMLElement | null): void => button?.focus();

/** Codes that are still good. */
export function Codes() {
  const { account, words } = useWithin();
  if (!account?.codes.length) return <p class="soft">{words.say("codesNone")}</p>;
  return (
    <>
      {account.codes.map((each) => (
        <Code key={each.id} it={each} />
      ))}
    </>
  );
}

function Code({ it }: { it: Redemption }) {
  const { words, it: mounted } = useWithin();
  const cart = encodeURIComponent(mounted.config.widget.pages.cart);
  return (
    <Card title={it.name}>
      <Copied text={it.code} label={words.say("code")} />
      {it.expires_at && (
        <p class="soft">{words.say("until", { date: words.date(it.expires_at) })}</p>
      )}
      <a class="button" href={`/discount/${encodeURIComponent(it.code)}?redirect=${cart}`}>
        {words.say("apply")}
      </a>
    </Card>
  );
}
