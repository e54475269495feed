import { useEffect, useRef } from "preact/hooks";
import type { Entry } from "../keep";
import { reason, say } from "../words";
import { markRead } from "./news";
import { canUndo } from "./recent";

/** What became of what was just done. */
export function Outcome({
  entry,
  busy,
  onUndo,
  onAgain,
}: {
  entry: Entry;
  busy: boolean;
  onUndo: () => void;
  onAgain: () => void;
}) {
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => shown.current?.scrollIntoView({ block: "nearest" }), [entry.fate]);
  if (busy && entry.fate === "waiting") return null;
  const { fate, code, detail } = entry;
  return (
    <div class={`outcome ${fate}`} ref={shown}>
      <p class="large">{title(entry)}</p>
      {fate === "waiting" && <p>{say("keptHere")}</p>}
      {(fate === "refused" || fate === "held") && (
        <>
          <p>{reason(code, detail)}</p>
          {!entry.read && (
            <button type="button" onClick={() => void markRead(entry)}>
              {say("understood")}
            </button>
          )}
        </>
      )}
      <p class="row">
        {canUndo(entry) && (
          <button type="button" onClick={onUndo}>
            {say("undo")}
          </button>
        )}
        <button type="button" onClick={onAgain}>
          {say("stampAgain")}
        </button>
      </p>
    </div>
  );
}

function title({ fate, wish, undone }: Entry): string {
  if (undone) return say("undone");
  if (fate === "refused" || fate === "held") return say(fate);
  return say(wish.kind === "use" ? "used" : "stamped");
}
