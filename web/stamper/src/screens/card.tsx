import { useEffect, useState } from "preact/hooks";
import { isAway } from "../door";
import { standing } from "../likely";
import { again, type Open } from "../look";
import type { CardView, Program } from "../wire";
import { useLive, useWithin } from "../within";
import { number, say, time } from "../words";
import { Outcome } from "./outcome";
import { Rewards } from "./rewards";
import { Stamping } from "./stamping";
import { Stamps } from "./stamps";
import { Undo } from "./undo";
import { useDoing } from "./use-doing";

const NEWS_EVERY_MS = 10_000;

/** One card on the counter: whose it is, how it stands, and what can be done with it. */
export function CardScreen({ open }: { open: Open }) {
  const { device, go } = useWithin();
  const [confirmed, setConfirmed] = useState(!open.mustConfirm);
  const [undoing, setUndoing] = useState(false);
  const doing = useDoing(open, open.mustConfirm && confirmed);
  const { entry } = doing;
  const id = open.view?.card_id ?? entry?.card;
  const found = useLive(() => standing(id, open.view), [id]);
  useNews(found.value?.view);
  const back = () => go({ at: "desk" });

  if (undoing && entry) return <Undo entry={entry} onEnd={() => setUndoing(false)} />;
  const { view, guessed } = found.value ?? { view: open.view, guessed: false };
  const program = device?.me.programs.find((it) => it.id === view?.program_id);
  if (!confirmed && view) {
    return <Confirm name={view.name} onYes={() => setConfirmed(true)} onNo={back} />;
  }
  return (
    <div class="card">
      <Head view={view} label={open.label} guessed={guessed} />
      {view && !view.void && (
        <Rewards
          rewards={view.rewards}
          busy={doing.busy}
          onUse={(reward) => void doing.use(reward)}
        />
      )}
      {doing.failed && <p role="alert">{say("failed")}</p>}
      {entry && (
        <Outcome
          entry={entry}
          busy={doing.busy}
          onUndo={() => setUndoing(true)}
          onAgain={doing.goOn}
        />
      )}
      {!view?.void && (!entry || doing.busy) && (
        <Stamping
          program={program}
          programs={choicesOf(view, open, device?.me.programs)}
          busy={doing.busy}
          onStamp={(wish) => void doing.stamp(wish)}
        />
      )}
      <button type="button" class={entry ? "main last" : "plain last"} onClick={back}>
        {say(entry ? "nextGuest" : "back")}
      </button>
    </div>
  );
}

function Head({
  view,
  label,
  guessed,
}: {
  view: CardView | undefined;
  label: string;
  guessed: boolean;
}) {
  if (!view) {
    return (
      <>
        <h1 dir="ltr">{label}</h1>
        <p class="soft">{say("unknownCard")}</p>
      </>
    );
  }
  return (
    <>
      <h1>
        <bdi>{view.name ?? say("noName")}</bdi>
      </h1>
      <p class="soft">
        <bdi>{view.program}</bdi>
        {view.last_stamp_at && <> · {say("lastStamp", { time: time(view.last_stamp_at) })}</>}
      </p>
      {view.void && <p role="alert">{say("void")}</p>}
      <Stamps view={view} />
      <p class="tally">
        <strong>{say("of", { done: number(view.collected), all: number(view.needed) })}</strong>
        {guessed && <span class="guess">{say("notConfirmed")}</span>}
        {view.debt > 0 && <span>{say("debt", { shown: number(view.debt) })}</span>}
      </p>
    </>
  );
}

/** A code that could be a photo of one: whoever holds it says their name. */
function Confirm({
  name,
  onYes,
  onNo,
}: {
  name: string | null;
  onYes: () => void;
  onNo: () => void;
}) {
  return (
    <div class="narrow">
      <h1>{say("confirmTitle")}</h1>
      <p>{say("confirmText")}</p>
      <p class="large">
        <bdi>{name ?? say("noName")}</bdi>
      </p>
      <button type="button" class="main" onClick={onYes}>
        {say("confirmYes")}
      </button>
      <button type="button" onClick={onNo}>
        {say("confirmNo")}
      </button>
    </div>
  );
}

/** Somebody with nothing but a phone number may have several cards, or none: which is meant? */
function choicesOf(view: CardView | undefined, { whose }: Open, programs: Program[] = []) {
  return !view && "phone" in whose ? programs : [];
}

/** While a card lies there, others may stamp it too. */
function useNews(view: CardView | undefined): void {
  const id = view?.card_id;
  useEffect(() => {
    if (!view) return;
    const look = () => document.hidden || isAway() || void again(view);
    const timer = setInterval(look, NEWS_EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [id]);
}
