import { useState } from "preact/hooks";
import type { Due } from "../wire";
import { say } from "../words";

/** What a guest may have now, each used by two touches: a gift is not handed out by mistake. */
export function Rewards({
  rewards,
  busy,
  onUse,
}: {
  rewards: Due[];
  busy: boolean;
  onUse: (reward: Due) => void;
}) {
  const [asked, setAsked] = useState<string>();
  if (rewards.length === 0) return null;
  return (
    <ul class="rewards" aria-label={say("rewardsDue")}>
      {rewards.map((reward, place) => (
        <li key={reward.id || `new-${place}`}>
          <p>
            <span aria-hidden="true">★ </span>
            <bdi>{reward.name}</bdi>
          </p>
          {!reward.id && <p class="soft">{say("rewardLater")}</p>}
          {reward.id && asked !== reward.id && (
            <button type="button" disabled={busy} onClick={() => setAsked(reward.id)}>
              {say("use")}
            </button>
          )}
          {reward.id && asked === reward.id && (
            <p class="row">
              <button
                type="button"
                class="main"
                disabled={busy}
                onClick={() => {
                  setAsked(undefined);
                  onUse(reward);
                }}
              >
                {say("useSure")}
              </button>
              <button type="button" onClick={() => setAsked(undefined)}>
                {say("cancel")}
              </button>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
