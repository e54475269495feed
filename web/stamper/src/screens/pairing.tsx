import { useEffect, useState } from "preact/hooks";
import { LINK, pairingCode, pairWith } from "../device";
import { Refused, Unreached } from "../door";
import { reason, say } from "../words";
import { Scanner } from "./scanner";

/** A device that nobody has made a stamper yet. */
export function Pairing() {
  const linked = location.hash.startsWith(LINK) ? pairingCode(location.hash) : "";
  const [code, setCode] = useState(linked);
  const [name, setName] = useState(deviceName());
  const [scanning, setScanning] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");

  async function begin(entered: string) {
    setBusy(true);
    setFault("");
    try {
      await pairWith(pairingCode(entered), name.trim() || deviceName());
    } catch (error) {
      setFault(whyNot(error));
      setBusy(false);
    }
  }
  useEffect(() => {
    // A code is good once, and need not stay in the address.
    if (linked) history.replaceState(null, "", location.pathname);
  }, []);

  return (
    <form
      class="narrow"
      onSubmit={(event) => {
        event.preventDefault();
        void begin(code);
      }}
    >
      <h1>{say("pairTitle")}</h1>
      <p>{say("pairText")}</p>
      {scanning && (
        <Scanner
          onFound={(text) => {
            setScanning(false);
            setCode(pairingCode(text));
            void begin(text);
          }}
        />
      )}
      <label>
        {say("pairCode")}
        <input
          name="code"
          required
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          dir="ltr"
          value={code}
          onInput={({ currentTarget }) => setCode(currentTarget.value)}
        />
      </label>
      <label>
        {say("deviceName")}
        <input
          name="name"
          maxLength={60}
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      {fault && <p role="alert">{fault}</p>}
      <button type="submit" class="main" disabled={busy}>
        {say(busy ? "busy" : "pair")}
      </button>
      <button type="button" onClick={() => setScanning(!scanning)}>
        {say(scanning ? "cameraOff" : "scanInstead")}
      </button>
    </form>
  );
}

function whyNot(error: unknown): string {
  if (error instanceof Refused) return reason(error.code, error.message);
  // Anything else: this browser makes no keys, as on pages that are not encrypted.
  return say(error instanceof Unreached ? "noNetwork" : "failed");
}

/** What a browser tells of what it runs on. */
function deviceName(): string {
  const told = (navigator as { userAgentData?: { platform: string } }).userAgentData?.platform;
  return told || navigator.platform || "Stamper";
}
