import { useEffect, useState } from "preact/hooks";
import { entriesOf, forget } from "../keep";
import { sync } from "../sync";
import { useLive } from "../within";
import { number, say, time } from "../words";
import { Entries } from "./entries";

/** A device that its owner has cut off: what it could not send stays to be seen, and is not sent. */
export function CutOff({ since }: { since: string }) {
  const found = useLive(async () => ({
    unsent: await entriesOf("waiting"),
    held: (await entriesOf("held")).filter((it) => !it.read),
  }));
  const { unsent = [], held = [] } = found.value ?? {};
  const [sure, setSure] = useState(false);
  // What waits is brought once more, for the owner to decide.
  useEffect(() => void sync(), []);
  return (
    <div class="narrow">
      <h1>{say("cutOffTitle")}</h1>
      <p role="alert">{say("cutOffText", { time: time(since) })}</p>
      {unsent.length > 0 && (
        <>
          <h2>{say("unsent", { shown: number(unsent.length) })}</h2>
          <p>{say("unsentText")}</p>
          <Entries of={unsent} />
        </>
      )}
      {held.length > 0 && <h2>{say("held")}</h2>}
      <Entries of={held} />
      {sure ? (
        <button type="button" class="main" onClick={() => void forget()}>
          {say("forgetSure")}
        </button>
      ) : (
        <button type="button" onClick={() => setSure(true)}>
          {say("forget")}
        </button>
      )}
    </div>
  );
}
