import { useState } from "preact/hooks";
import { isAway } from "../door";
import type { Entry } from "../keep";
import { signal } from "../signals";
import { sync } from "../sync";
import { write } from "../wishes";
import { useWithin } from "../within";
import { say } from "../words";

const REASONS = ["wrongCard", "tooMany", "cancelled"];

/** Why a stamp is taken back, which the owner reads. */
export function Undo({ entry, onEnd }: { entry: Entry; onEnd: () => void }) {
  const { present, announce } = useWithin();
  const [other, setOther] = useState("");
  const [busy, setBusy] = useState(false);

  async function undo(reason: string) {
    if (!present || busy) return;
    setBusy(true);
    const { counter, card, name, program, wish } = entry;
    await write({
      ...{ clerk: present.id, offline: isAway(), card, name, program },
      wish: {
        kind: "undo",
        card: card ? { id: card } : wish.card,
        undoes: counter,
        reason,
        confirmed: false,
      },
    });
    signal("good");
    announce(say("undone"));
    void sync();
    onEnd();
  }
  return (
    <form
      class="narrow"
      onSubmit={(event) => {
        event.preventDefault();
        void undo(other.trim());
      }}
    >
      <h1>{say("undoTitle")}</h1>
      <p>
        <bdi>{entry.name}</bdi>
      </p>
      <ul class="doors">
        {REASONS.map((each) => (
          <li key={each}>
            <button type="button" disabled={busy} onClick={() => void undo(say(each))}>
              {say(each)}
            </button>
          </li>
        ))}
      </ul>
      <label>
        {say("otherReason")}
        <input
          maxLength={200}
          value={other}
          onInput={({ currentTarget }) => setOther(currentTarget.value)}
        />
      </label>
      <button type="submit" class="main" disabled={busy || !other.trim()}>
        {say("undo")}
      </button>
      <button type="button" class="plain" onClick={onEnd}>
        {say("back")}
      </button>
    </form>
  );
}
