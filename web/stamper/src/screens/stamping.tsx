import { useState } from "preact/hooks";
import { amountOf } from "../amounts";
import type { Program } from "../wire";
import { useWithin } from "../within";
import { number, price, say } from "../words";
import type { Stamped } from "./use-doing";

/** How many stamps, or for how much money; of which program, where that is not known. */
export function Stamping({
  program,
  programs,
  busy,
  onStamp,
}: {
  program: Program | undefined;
  programs: Program[];
  busy: boolean;
  onStamp: (how: Stamped & { program?: string }) => void;
}) {
  const { device } = useWithin();
  const [count, setCount] = useState(1);
  const [amount, setAmount] = useState("");
  const [chosen, setChosen] = useState(programs[0]?.id);
  const meant = program ?? programs.find((it) => it.id === chosen);
  const currency = device?.me.merchant.currency;
  const byAmount = Boolean(meant?.per_amount && currency);
  const most = meant?.most_at_once ?? 1;
  const money = amountOf(amount, device?.me.merchant.currency_digits ?? 2);

  function submit() {
    const which = program || !meant ? {} : { program: meant.id };
    onStamp(
      byAmount && currency ? { amount: money ?? "", currency, ...which } : { count, ...which },
    );
    setCount(1);
    setAmount("");
  }
  return (
    <form
      class="stamping"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {programs.length > 1 && (
        <label>
          {say("whichCard")}
          <select value={chosen} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
            {programs.map((it) => (
              <option key={it.id} value={it.id}>
                {it.name}
              </option>
            ))}
          </select>
        </label>
      )}
      {byAmount && (
        <label>
          {say("amount", { currency: currency ?? "" })}
          <input
            name="amount"
            inputMode="decimal"
            autocomplete="off"
            dir="ltr"
            value={amount}
            onInput={({ currentTarget }) => setAmount(currentTarget.value)}
          />
        </label>
      )}
      {!byAmount && most > 1 && (
        <fieldset class="stepper">
          <legend class="unseen">{say("howMany")}</legend>
          <button
            type="button"
            disabled={count <= 1}
            onClick={() => setCount(count - 1)}
            aria-label={say("fewer")}
          >
            −
          </button>
          <output>{number(count)}</output>
          <button
            type="button"
            disabled={count >= most}
            onClick={() => setCount(count + 1)}
            aria-label={say("moreStamps")}
          >
            +
          </button>
        </fieldset>
      )}
      <button type="submit" class="main huge" disabled={busy || (byAmount && !money)}>
        {say(busy ? "busy" : "stamp")}
        {!busy && byAmount && money && currency && <> · {price(money, currency)}</>}
        {!busy && count > 1 && <> × {number(count)}</>}
      </button>
    </form>
  );
}
