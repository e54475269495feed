import { useId } from "react";

interface Props<V extends string> {
  label: string;
  value: V;
  options: readonly (readonly [V, string])[];
  onValue: (value: V) => void;
}

/** One of a few, side by side: arrow keys move between them. */
export function Choice<V extends string>({ label, value, options, onValue }: Props<V>) {
  const name = useId();
  return (
    <fieldset className="flex rounded-lg bg-sunken p-0.5 shadow-card">
      <legend className="sr-only">{label}</legend>
      {options.map(([each, text]) => (
        <label
          key={each}
          className="flex min-h-8 cursor-pointer items-center rounded-md px-2.5 text-muted outline-offset-1 outline-accent has-checked:bg-card has-checked:font-medium has-checked:text-ink has-checked:shadow-card has-focus-visible:outline-2"
        >
          <input
            type="radio"
            name={name}
            value={each}
            checked={each === value}
            onChange={() => onValue(each)}
            className="sr-only"
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
