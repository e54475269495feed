import { useEffect, useState } from "preact/hooks";
import { type Entry, latest } from "../keep";
import { hearRecent } from "../sync";
import { useLive } from "../within";
import { say } from "../words";
import { Entries } from "./entries";
import { Undo } from "./undo";

const SHOWN = 30;

/** What was done on this device, the latest first, and the way to take it back. */
export function Recent() {
  const found = useLive(latest);
  const [undoing, setUndoing] = useState<Entry>();
  useEffect(() => void hearRecent(), []);
  if (undoing) return <Undo entry={undoing} onEnd={() => setUndoing(undefined)} />;
  const entries = (found.value ?? []).slice(0, SHOWN);
  const withdrawn = new Set(
    entries.flatMap(({ wish, fate }) =>
      wish.kind === "undo" && fate !== "refused" ? [wish.undoes] : [],
    ),
  );
  return (
    <div class="narrow">
      <h1>{say("recent")}</h1>
      {found.known && entries.length === 0 && <p class="soft">{say("recentNone")}</p>}
      <Entries of={entries}>
        {(entry) =>
          canUndo(entry) &&
          !withdrawn.has(entry.counter) && (
            <button type="button" onClick={() => setUndoing(entry)}>
              {say("undo")}
            </button>
          )
        }
      </Entries>
    </div>
  );
}

export const canUndo = ({ wish, fate, undone }: Entry): boolean =>
  wish.kind === "stamp" && !undone && (fate === "done" || fate === "waiting");
