import type { CardView } from "../wire";
import { number, say } from "../words";

/** A card as guests know it: so many places, those that are stamped, and where a reward lies. */
export function Stamps({ view }: { view: CardView }) {
  const { collected, needed, stages } = view;
  const rewarded = new Set([...stages.map((it) => it.count), needed]);
  const places = Array.from({ length: needed }, (_, place) => place + 1);
  // Ten are two hands: rows of five, until there are too many for that.
  const columns = needed <= 6 ? needed : needed <= 20 ? 5 : 10;
  return (
    <div
      class={columns > 6 ? "stamps many" : "stamps"}
      style={{ "--columns": columns }}
      role="img"
      aria-label={say("of", { done: number(collected), all: number(needed) })}
    >
      {places.map((place) => (
        <span key={place} class={place <= collected ? "place stamped" : "place"}>
          {rewarded.has(place) ? "★" : place <= collected ? "✓" : ""}
        </span>
      ))}
    </div>
  );
}
