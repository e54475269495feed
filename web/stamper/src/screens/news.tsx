import { changed, type Entry, entriesOf, kept } from "../keep";
import { useLive, useWithin } from "../within";
import { say } from "../words";
import { Entries } from "./entries";

/** What did not go as it was shown: kept here until somebody has read it. */
export function News() {
  const { go } = useWithin();
  const found = useLive(async () => {
    const odd = [...(await entriesOf("refused")), ...(await entriesOf("held"))];
    return odd.filter((it) => !it.read).sort((one, other) => other.counter - one.counter);
  });
  const odd = found.value ?? [];
  return (
    <div class="narrow">
      <h1>{say("newsTitle")}</h1>
      <p>{say(odd.length > 0 ? "newsText" : "newsNone")}</p>
      <Entries of={odd}>
        {(entry) => (
          <button type="button" onClick={() => void markRead(entry)}>
            {say("understood")}
          </button>
        )}
      </Entries>
      <button type="button" class="plain" onClick={() => go({ at: "desk" })}>
        {say("back")}
      </button>
    </div>
  );
}

export async function markRead({ counter }: Entry): Promise<void> {
  const tx = (await kept()).transaction("entries", "readwrite");
  const now = await tx.store.get(counter);
  if (now) await tx.store.put({ ...now, read: true });
  await tx.done;
  changed();
}
