import { type Entry, entriesOf, kept } from "./keep";
import type { CardView, Wish } from "./wire";

/** A card as it most likely stands, with what the installation has not heard of yet. */
export interface Likely {
  view: CardView;
  /** Whether anything of it is not confirmed. */
  guessed: boolean;
}

/** A card as it most likely stands now; as it was when it was opened, where nothing else is known. */
export async function standing(
  id: string | undefined,
  opened?: CardView,
): Promise<Likely | undefined> {
  const view = (id && (await (await kept()).get("cards", id))) || opened;
  return view && likely(view, await entriesOf("waiting"));
}

/** What a card comes to with what waits to be sent, in order. */
function likely(view: CardView, waiting: readonly Entry[]): Likely {
  const mine = waiting.filter((it) => it.card === view.card_id);
  const wishes = new Map(mine.map((it) => [it.counter, it.wish]));
  return {
    view: mine.reduce((now, it) => after(now, it.wish, wishes), view),
    guessed: mine.length > 0,
  };
}

function after(view: CardView, wish: Wish, others: ReadonlyMap<number, Wish>): CardView {
  if (wish.kind === "stamp") return stamped(view, wish.count ?? 0);
  if (wish.kind === "use") {
    return { ...view, rewards: view.rewards.filter((it) => it.id !== wish.reward) };
  }
  // What it brought may have been used: only the installation knows what is left of a full round.
  const undone = others.get(wish.undoes);
  const count = undone?.kind === "stamp" ? (undone.count ?? 0) : 0;
  return { ...view, collected: Math.max(0, view.collected - count) };
}

/** One after the other, as they would be by hand: what is owed first, then stages, then anew. */
function stamped(before: CardView, count: number): CardView {
  let { collected, debt, round, stages, rewards } = before;
  for (let left = count; left > 0; left--) {
    if (debt > 0) {
      debt -= 1;
      continue;
    }
    collected += 1;
    const reached = stages.find((it) => it.count === collected && !it.reached);
    if (reached) {
      stages = stages.map((it) => (it === reached ? { ...it, reached: true } : it));
      // It has no id before the installation knows of it, and can't be used until then.
      rewards = [...rewards, { ...reached, id: "" }];
    }
    if (collected >= before.needed) {
      collected = 0;
      round += 1;
      stages = stages.map((it) => ({ ...it, reached: false }));
    }
  }
  return { ...before, collected, debt, round, stages, rewards };
}
