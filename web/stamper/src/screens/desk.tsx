import { useEffect, useRef, useState } from "preact/hooks";
import { choose, recall } from "../choices";
import { Refused } from "../door";
import { find } from "../look";
import { signal } from "../signals";
import { useWithin } from "../within";
import { reason, say } from "../words";
import { Scanner } from "./scanner";

/** Where a guest shows a card, or says a number. */
export function Desk() {
  const { open, announce } = useWithin();
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const [camera, setCamera] = useState(recall("camera") !== "off");
  const field = useRef<HTMLInputElement>(null);

  async function search(text: string) {
    if (busy || !text.trim()) return;
    setBusy(true);
    setFault("");
    try {
      const opens = await find(text);
      if (opens.length === 0) fail(say("noCards"));
      else open(opens);
    } catch (error) {
      fail(error instanceof Refused ? reason(error.code, error.message) : say("failed"));
    }
    setBusy(false);
  }
  function fail(words: string) {
    signal("bad");
    setFault(words);
    announce(words);
  }
  useEffect(() => {
    // Scanners on a cable type what they read; so does whoever begins to type a number.
    const onKey = ({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent) => {
      const elsewhere = target instanceof HTMLInputElement || ctrlKey || metaKey || altKey;
      if (!elsewhere && /^[\w+]$/.test(key)) field.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  return (
    <div class="desk">
      <h1 class="unseen">{say("desk")}</h1>
      {camera ? (
        <Scanner onFound={(text) => void search(text)} />
      ) : (
        <p class="soft">{say("cameraIsOff")}</p>
      )}
      <p role="alert" class="fault">
        {fault}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void search(said);
        }}
      >
        <label>
          {say("numberOrPhone")}
          <input
            ref={field}
            name="said"
            inputMode="tel"
            autocomplete="off"
            spellcheck={false}
            dir="ltr"
            value={said}
            onInput={({ currentTarget }) => setSaid(currentTarget.value)}
          />
        </label>
        <button type="submit" class="main" disabled={busy || !said.trim()}>
          {say(busy ? "busy" : "find")}
        </button>
      </form>
      <button
        type="button"
        class="plain"
        onClick={() => {
          choose("camera", camera ? "off" : "on");
          setCamera(!camera);
        }}
      >
        {say(camera ? "cameraOff" : "cameraOn")}
      </button>
    </div>
  );
}
