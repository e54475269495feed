import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { Button } from "../../ui/button";
import { Select, TextField } from "../../ui/field";

type Money = Record<string, string>;

interface Props {
  title: string;
  money: Money;
  /** There is one amount at least. */
  required?: boolean;
  errors: Record<string, string>;
  onChange: (money: Money) => void;
}

/** An amount for each market's currency, the merchant's own first. */
export function MoneyByCurrency({ title, money, required, errors, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const home = useMerchant()?.currency ?? "USD";
  const names = new Intl.DisplayNames(i18n.language, { type: "currency" });
  const used = Object.keys(money);
  const free = [home, ...Intl.supportedValuesOf("currency")].filter(
    (each, place, all) => !used.includes(each) && all.indexOf(each) === place,
  );
  const without = (currency: string) =>
    Object.fromEntries(Object.entries(money).filter(([each]) => each !== currency));
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{title}</legend>
      <div className="flex flex-col gap-2">
        {used.map((currency) => (
          <div key={currency} className="flex items-end gap-2">
            <TextField
              label={`${title}: ${currency}`}
              bare
              placeholder={currency}
              inputMode="decimal"
              required
              pattern="[0-9]{1,9}([.][0-9]{1,3})?"
              value={money[currency] ?? ""}
              error={errors[currency]}
              onChange={(event) =>
                onChange({ ...money, [currency]: event.target.value.replace(",", ".") })
              }
            />
            <span className="min-w-10 py-2 font-medium" title={names.of(currency)}>
              {currency}
            </span>
            {(!required || used.length > 1) && (
              <Button
                kind="quiet"
                icon="close"
                aria-label={t("reward.remove", { what: `${title}: ${currency}` })}
                onClick={() => onChange(without(currency))}
              />
            )}
          </div>
        ))}
        <Select
          bare
          label={`${title}: ${t("reward.addCurrency")}`}
          value=""
          options={[
            ["", t("reward.addCurrency")],
            ...free.map((each) => [each, `${each} · ${names.of(each)}`] as const),
          ]}
          onValue={(currency) => currency && onChange({ ...money, [currency]: "" })}
        />
      </div>
    </fieldset>
  );
}
