import { Alert, Card } from "./panel";
import { useBegin, useKept, useWithin } from "./within";

interface Request {
  id: string;
  kind: string;
  due_at: string;
  answered_at: string | null;
  answer: string | null;
}

const KINDS = ["access", "correction", "erasure", "objection"];

/** What somebody asks about their own data, and what became of it. */
export function Privacy() {
  const { words, session, told } = useWithin();
  const [mine, setMine] = useKept<Request[]>("mine", []);
  const [failed, setFailed] = useKept<string | undefined>("failed", undefined);
  const [busy, setBusy] = useKept("busy", false);
  useBegin(() =>
    session.ask<{ items: Request[] }>("me/privacy-requests").then(
      ({ items }) => setMine(items),
      () => undefined,
    ),
  );
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const { kind, note } = Object.fromEntries(new FormData(form));
    setBusy(true);
    try {
      const body = { kind, note: note || null };
      const made = await session.ask<Request>("me/privacy-requests", { method: "POST", body });
      setMine([made, ...mine.filter((each) => each.id !== made.id)]);
      setFailed(undefined);
      form.reset();
    } catch (error) {
      setFailed(told(error));
    }
    setBusy(false);
  };
  return (
    <>
      <Card>
        <p>{words.say("privacyText")}</p>
        <form onSubmit={(event) => void send(event)}>
          <label>
            <span>{words.say("privacyKind")}</span>
            <select name="kind">
              {KINDS.map((each) => (
                <option key={each} value={each}>
                  {words.say(`ask_${each}`)}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{words.say("privacyNote")}</span>
            <textarea name="note" rows={3} maxLength={2000} />
          </label>
          <button type="submit" class="main" disabled={busy}>
            {words.say("send")}
          </button>
        </form>
        <Alert text={failed} />
      </Card>
      <div role="status" class="list">
        {mine.map(({ id, kind, due_at, answered_at, answer }) => (
          <Card key={id} title={words.say(`ask_${kind}`)}>
            <p dir="auto">
              {answered_at ? answer : words.say("privacySent", { date: words.date(due_at) })}
            </p>
          </Card>
        ))}
      </div>
    </>
  );
}
