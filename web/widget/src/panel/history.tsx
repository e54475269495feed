import type { Words } from "../words";
import { Card, Trouble } from "./panel";
import { useBegin, useKept, useWithin } from "./within";

interface Entry {
  id: string;
  kind: string;
  cause: string;
  amount: number;
  occurred_at: string;
}

interface Page {
  items: Entry[];
  next_cursor?: string | null;
}

interface Shown {
  entries?: Entry[] | undefined;
  cursor?: string | null | undefined;
  failed?: string;
}

/** Where points came from and where they went, the latest first. */
export function History() {
  const { words, session, told } = useWithin();
  const [{ entries, cursor, failed }, show] = useKept<Shown>("history", {});
  const more = async (): Promise<void> => {
    try {
      const after = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const page = await session.ask<Page>(`me/entries?limit=10${after}`);
      show({ entries: [...(entries ?? []), ...page.items], cursor: page.next_cursor });
    } catch (error) {
      show({ entries, cursor, failed: told(error) });
    }
  };
  useBegin(more);
  return (
    <>
      {entries && (
        <Card>
          {entries.length ? (
            <ul class="pairs">
              {entries.map((each) => (
                <li key={each.id}>
                  <span>
                    {inWords(words, each)}
                    <small>{words.date(each.occurred_at)}</small>
                  </span>
                  <b dir="ltr">
                    {each.amount > 0 ? "+" : "−"}
                    {words.number(Math.abs(each.amount))}
                  </b>
                </li>
              ))}
            </ul>
          ) : (
            <p class="soft">{words.say("historyNone")}</p>
          )}
        </Card>
      )}
      {failed ? (
        <Trouble text={failed} again={words.say("retry")} onAgain={() => void more()} />
      ) : !entries ? (
        <p role="status">{words.say("loading")}</p>
      ) : (
        cursor && (
          <button type="button" onClick={() => void more()}>
            {words.say("more")}
          </button>
        )
      )}
    </>
  );
}

/** What a line came from where that says more, else what kind of line it is. */
function inWords(words: Words, { kind, cause }: Entry): string {
  const earned = kind === "earn" && words.say(`for_${cause.replace("action:", "")}`);
  return earned || words.say(`kind_${kind}`) || words.say("kind_earn");
}
