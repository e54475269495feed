import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "../../ui/field";

interface Props {
  label: string;
  numbers: number[];
  error: string | undefined;
  onChange: (numbers: number[]) => void;
}

/** Several whole numbers in one field; what is typed stays as it was typed. */
export function Numbers({ label, numbers, error, onChange }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(numbers.join(", "));
  const same = JSON.stringify(numbersIn(typed)) === JSON.stringify(numbers);
  return (
    <TextField
      label={label}
      hint={t("journey.ordersHint")}
      required
      inputMode="numeric"
      pattern="[ ]*[0-9]+([ ,]+[0-9]+)*[ ,]*"
      value={same ? typed : numbers.join(", ")}
      error={error}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(numbersIn(event.target.value));
      }}
    />
  );
}

function numbersIn(typed: string): number[] {
  return typed
    .split(/[^0-9]+/)
    .filter(Boolean)
    .map(Number);
}
