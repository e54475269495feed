import type { Open } from "../look";
import { useWithin } from "../within";
import { number, say } from "../words";

/** Somebody has several cards: which one? */
export function Choose({ opens }: { opens: Open[] }) {
  const { go } = useWithin();
  return (
    <div class="narrow">
      <h1>{say("whichCard")}</h1>
      <ul class="doors">
        {opens.map((open) => (
          <li key={open.view?.card_id ?? open.label}>
            <button type="button" onClick={() => go({ at: "card", open })}>
              <bdi>{open.view?.program ?? open.label}</bdi>
              {open.view && (
                <small>
                  <bdi>{open.view.name}</bdi>{" "}
                  {say("of", {
                    done: number(open.view.collected),
                    all: number(open.view.needed),
                  })}
                </small>
              )}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="plain" onClick={() => go({ at: "desk" })}>
        {say("back")}
      </button>
    </div>
  );
}
