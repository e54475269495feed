import type { Config, Gift } from "./types";

/** Everything that is said, in the page's language and its numbers. */
export interface Words {
  /** A text with what is filled in; `count` chooses the form of what is counted. */
  say: (name: string, filled?: Record<string, string | number>, count?: number) => string;
  number: (value: number) => string;
  /** An amount with the unit's name: "120 points". */
  amount: (value: number) => string;
  money: (amount: string | number, currency?: string | null) => string;
  date: (instant: string) => string;
  /** What one side of a referral gets: points, a reward, both, or nothing. */
  gift: (gift: Gift) => string;
}

export function wordsOf({ language, direction, currency, texts, unit }: Config): Words {
  const wanted = `${language.toLowerCase()}-`;
  const locale =
    navigator.languages.find((tag) => tag.toLowerCase().startsWith(wanted)) ?? language;
  const forms = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(locale);
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const number = (value: number) => numbers.format(value);
  const say: Words["say"] = (name, filled = {}, count) => {
    const form = count === undefined ? undefined : texts[`${name}_${forms.select(count)}`];
    const text = form ?? texts[name] ?? texts[`${name}_other`] ?? "";
    const all: Record<string, string | number> =
      count === undefined ? filled : { shown: number(count), ...filled };
    return text.replace(/\{\{(\w+)\}\}/g, (place, key) => {
      const told = `${all[key] ?? place}`;
      // Names and amounts may be written the other way round: each keeps to itself.
      return direction === "rtl" ? `\u2068${told}\u2069` : told;
    });
  };
  const amount = (value: number) =>
    `${number(value)} ${unit[forms.select(value)] ?? unit.other ?? ""}`;
  return {
    say,
    number,
    amount,
    money: (value, of) =>
      new Intl.NumberFormat(locale, {
        style: "currency",
        currencyDisplay: "narrowSymbol",
        trailingZeroDisplay: "stripIfInteger",
        currency: of ?? currency,
      } as Intl.NumberFormatOptions).format(Number(value)),
    date: (instant) => dates.format(new Date(instant)),
    gift: ({ points, reward }) => {
      if (!points) return reward ?? "";
      return reward ? say("both", { points: amount(points), reward }) : amount(points);
    },
  };
}
