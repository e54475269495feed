import type { ComponentChildren } from "preact";
import type { Entry } from "../keep";
import { useWithin } from "../within";
import { reason, say, time } from "../words";

/** What was done, one below the other. */
export function Entries({
  of,
  children,
}: {
  of: readonly Entry[];
  children?: (entry: Entry) => ComponentChildren;
}) {
  const { device } = useWithin();
  const nameOf = (id: string) => device?.me.clerks.find((it) => it.id === id)?.name;
  return (
    <ul class="entries">
      {of.map((entry) => (
        <li key={entry.counter} class={entry.fate}>
          <p>
            <strong>{what(entry)}</strong>
            <span>
              <bdi>{entry.name}</bdi>
              {entry.program && (
                <small>
                  <bdi>{entry.program}</bdi>
                </small>
              )}
            </span>
          </p>
          <p class="soft">
            {time(entry.at)} <bdi>{nameOf(entry.clerk)}</bdi>
          </p>
          <p class="fate">{fateOf(entry)}</p>
          {children?.(entry)}
        </li>
      ))}
    </ul>
  );
}

function what({ wish }: Entry): string {
  if (wish.kind === "use") return say("didUse");
  if (wish.kind === "undo") return say("undone");
  return wish.amount
    ? say("didAmount", { amount: wish.amount })
    : say("stamps", {}, wish.count ?? 1);
}

function fateOf({ fate, undone, code, detail }: Entry): string {
  if (undone) return say("undone");
  if (fate === "waiting") return say("notConfirmed");
  if (fate === "done") return say("confirmed");
  return `${say(fate)} ${reason(code, detail)}`;
}
