import { useEffect, useRef, useState } from "preact/hooks";
import { note } from "../note";
import type { Offer, Redemption } from "./account";
import { Alert, Card, Copied, Progress, useWithin } from "./panel";

/** What can be had, what is missing for the rest, and the code of what was just redeemed. */
export function Spend() {
  const { account, words } = useWithin();
  const [got, setGot] = useState<Redemption>();
  if (got) return <Code it={got} />;
  if (!account?.offers.length) return <p class="soft">{words.say("spendNone")}</p>;
  return (
    <>
      {account.offers.map((each) => (
        <Offered key={each.id} offer={each} onGot={setGot} />
      ))}
    </>
  );
}

function Offered({ offer, onGot }: { offer: Offer; onGot: (got: Redemption) => void }) {
  const { words, go } = useWithin();
  const [asking, setAsking] = useState(false);
  const price = words.amount(offer.cost);
  return (
    <Card title={offer.name}>
      {offer.description && <p>{offer.description}</p>}
      {offer.obstacle ? (
        <p class="soft">{words.say(`why_${offer.obstacle}`) || words.say("obstacle")}</p>
      ) : !offer.affordable ? (
        <>
          <Progress done={offer.cost - offer.missing} of={offer.cost} label={offer.name} />
          <p class="soft">{words.say("missing", { points: words.amount(offer.missing) })}</p>
        </>
      ) : asking ? (
        <Confirm
          offer={offer}
          onGot={onGot}
          onLeave={() => {
            setAsking(false);
            go("spend");
          }}
        />
      ) : (
        <button type="button" class="main" onClick={() => setAsking(true)}>
          {words.say("redeemFor", { points: price })}
        </button>
      )}
    </Card>
  );
}

/** A redemption can't be taken back by whoever made it: it is asked for twice instead. */
function Confirm(of: { offer: Offer; onGot: (got: Redemption) => void; onLeave: () => void }) {
  const { it, words, session, reload, told, go } = useWithin();
  const [state, setState] = useState<"asking" | "busy" | string>("asking");
  // One key for each decision: pressed again after a failure it is the same redemption.
  const key = useRef(crypto.getRandomValues(new Uint32Array(4)).join("-"));
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const redeem = async (): Promise<void> => {
    setState("busy");
    try {
      const got = await session.ask<Redemption>("me/rewards/redeem", {
        method: "POST",
        body: { reward_id: of.offer.id, currency: it.config.currency },
        key: key.current,
      });
      note(it, "goal", "redeem");
      await reload();
      of.onGot(got);
      go("spend");
    } catch (error) {
      setState(told(error));
    }
  };
  const busy = state === "busy";
  return (
    <>
      <p>{words.say("confirm", { points: words.amount(of.offer.cost), reward: of.offer.name })}</p>
      <p class="row">
        <button
          type="button"
          class="main"
          aria-busy={busy}
          disabled={busy}
          ref={first}
          onClick={() => void redeem()}
        >
          {words.say("redeem")}
        </button>
        <button type="button" onClick={of.onLeave} disabled={busy}>
          {words.say("cancel")}
        </button>
      </p>
      {!busy && state !== "asking" && <Alert text={state} />}
    </>
  );
}

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
