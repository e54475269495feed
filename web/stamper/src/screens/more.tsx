import { useState } from "preact/hooks";
import { choose, isQuiet } from "../choices";
import { isAway } from "../door";
import { install, offer } from "../installing";
import { entriesOf, latest } from "../keep";
import { sync } from "../sync";
import { useLive, useWithin } from "../within";
import { chooseLanguage, LANGUAGES, type Language, language, number, say } from "../words";

/** What is seldom needed: the language, the sound, and how the device stands. */
export function More() {
  const { device, setSpoken } = useWithin();
  const [quiet, setQuiet] = useState(isQuiet());
  const standing = useLive(async () => ({
    waiting: (await entriesOf("waiting")).length,
    latest: (await latest())[0]?.counter ?? 0,
    away: isAway(),
    safe: (await navigator.storage?.persisted?.()) ?? false,
  })).value;
  return (
    <div class="narrow">
      <h1>{say("more")}</h1>
      <label>
        {say("language")}
        <select
          value={language()}
          onChange={async ({ currentTarget }) => {
            const wanted = currentTarget.value as Language;
            await chooseLanguage(wanted);
            setSpoken(wanted);
            await install();
          }}
        >
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="switch">
        <input
          type="checkbox"
          checked={!quiet}
          onChange={({ currentTarget }) => {
            choose("sound", currentTarget.checked ? "on" : "off");
            setQuiet(!currentTarget.checked);
          }}
        />
        {say("sound")}
      </label>
      {device && standing && (
        <dl>
          <dt>{say("thisDevice")}</dt>
          <dd dir="auto">{device.me.stamper.name}</dd>
          <dt>{say("connection")}</dt>
          <dd>{say(standing.away ? "offline" : "online")}</dd>
          <dt>{say("queue")}</dt>
          <dd>{say("unsent", { shown: number(standing.waiting) })}</dd>
          <dt>{say("storage")}</dt>
          <dd>{say(standing.safe ? "storageSafe" : "storageUnsafe")}</dd>
        </dl>
      )}
      <button type="button" onClick={() => void sync()}>
        {say("sendNow")}
      </button>
      {offer() && (
        <button type="button" onClick={() => void offer()?.prompt()}>
          {say("install")}
        </button>
      )}
    </div>
  );
}
