import { useEffect, useState } from "preact/hooks";
import type { Words } from "../words";
import { Card, Trouble, useWithin } from "./panel";

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

/** Where points came from and where they went, the latest first. */
export function History() {
  const { words, session, told } = useWithin();
  const [entries, setEntries] = useState<Entry[]>();
  const [cursor, setCursor] = useState<string | null | undefined>();
  const [failed, setFailed] = useState<string>();
  const more = async (): Promise<void> => {
    setFailed(undefined);
    try {
      const after = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const page = await session.ask<Page>(`me/entries?limit=10${after}`);
      setEntries([...(entries ?? []), ...page.items]);
      setCursor(page.next_cursor);
    } catch (error) {
      setFailed(told(error));
    }
  };
  useEffect(() => {
    void more();
  }, []);
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
