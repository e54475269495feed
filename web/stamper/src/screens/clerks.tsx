import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { enter, type Present, type Tried } from "../pin";
import { signal } from "../signals";
import type { Clerk } from "../wire";
import { useWithin } from "../within";
import { number, reason, say } from "../words";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const LONGEST = 8;
const SHORTEST = 4;

/** Who stamps, and the PIN that says so. */
export function Clerks({ clerks }: { clerks: Clerk[] }) {
  const [chosen, setChosen] = useState<Clerk | undefined>(
    clerks.length === 1 ? clerks[0] : undefined,
  );
  if (chosen) {
    return (
      <PinPad clerk={chosen} {...(clerks.length > 1 && { onBack: () => setChosen(undefined) })} />
    );
  }
  return (
    <div class="narrow">
      <h1>{say("whoTitle")}</h1>
      {clerks.length === 0 && <p>{say("noClerks")}</p>}
      <ul class="doors">
        {clerks.map((clerk) => (
          <li key={clerk.id}>
            <button type="button" onClick={() => setChosen(clerk)}>
              <bdi>{clerk.name}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function PinPad({ clerk, onBack }: { clerk: Clerk; onBack?: () => void }) {
  const { setPresent, announce } = useWithin();
  const [pin, show] = useState("");
  // Keys come faster than screens are drawn.
  const entered = useRef("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");

  async function submit() {
    const tried = entered.current;
    if (busy || tried.length < SHORTEST) return;
    setBusy(true);
    const came = await enter(clerk, tried).finally(() => setBusy(false));
    put("");
    if ("present" in came) {
      announce(say("hello", { name: clerk.name }));
      setPresent(came.present);
      return;
    }
    signal("bad");
    setFault(whyNot(came));
  }
  const put = (digits: string) => {
    entered.current = digits;
    show(digits);
  };
  const press = (digit: string) => put((entered.current + digit).slice(0, LONGEST));
  const erase = () => put(entered.current.slice(0, -1));
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^\d$/.test(event.key)) press(event.key);
      else if (event.key === "Backspace") erase();
      // On a button Enter presses that one.
      else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) void submit();
      else if (event.key === "Escape") onBack?.();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  return (
    <div class="narrow pin">
      <h1>
        <bdi>{clerk.name}</bdi>
      </h1>
      <p class="dots" role="img" aria-label={say("pinDigits", { shown: number(pin.length) })}>
        {"●".repeat(pin.length) || " "}
      </p>
      <p role="alert">{fault}</p>
      <fieldset class="pad" dir="ltr" disabled={busy}>
        <legend class="unseen">{say("pin")}</legend>
        {DIGITS.map((digit) => (
          <Key key={digit} digit={digit} press={press} />
        ))}
        <button type="button" onClick={erase} aria-label={say("erase")}>
          ⌫
        </button>
        <Key digit="0" press={press} />
        <button
          type="button"
          class="main"
          disabled={pin.length < SHORTEST}
          onClick={() => void submit()}
          aria-label={say("enter")}
        >
          ✓
        </button>
      </fieldset>
      {onBack && (
        <button type="button" class="plain" onClick={onBack}>
          {say("otherClerk")}
        </button>
      )}
    </div>
  );
}

function whyNot(tried: Exclude<Tried, { present: Present }>): string {
  if ("refused" in tried) return reason(tried.refused.code, tried.refused.message);
  const left = "waitUntil" in tried ? Math.ceil((tried.waitUntil - Date.now()) / 1000) : 0;
  return left > 0 ? say("pinWait", { shown: number(left) }) : say("pinWrong");
}

function Key({ digit, press }: { digit: string; press: (digit: string) => void }) {
  return (
    <button type="button" onClick={() => press(digit)}>
      {digit}
    </button>
  );
}
