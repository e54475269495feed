/** What the clocks of a time zone show at an instant, as a `datetime-local` field writes it. */
export function wallTime(instant: string, timeZone: string): string {
  const shown = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "short",
  });
  return shown.format(new Date(instant)).replace(" ", "T");
}

/** The instant at which the clocks of a time zone show this; the later one where both would. */
export function instantOf(wall: string, timeZone: string): string {
  const wanted = Date.parse(`${wall}Z`);
  const ahead = (at: number) =>
    Date.parse(`${wallTime(new Date(at).toISOString(), timeZone)}Z`) - at;
  // The first guess may fall on the other side of a change of the clocks.
  const guess = wanted - ahead(wanted);
  return new Date(wanted - ahead(guess)).toISOString();
}
