import * as RadixSwitch from "@radix-ui/react-switch";
import type { ComponentProps, ReactNode } from "react";
import { useId } from "react";

const BOX =
  "min-h-9 w-full rounded-lg border border-line-strong bg-card px-3 py-1.5 text-ink placeholder:text-muted aria-invalid:border-danger disabled:opacity-60 max-sm:text-base";

interface Labelled {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  /** The label is for screen readers alone. */
  bare?: boolean;
}

interface Ids {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

function Field({
  label,
  hint,
  error,
  bare,
  children,
}: Labelled & { children: (ids: Ids) => ReactNode }) {
  const id = useId();
  const told = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="flex w-full flex-col gap-1">
      <label htmlFor={id} className={bare ? "sr-only" : "font-medium"}>
        {label}
      </label>
      {children({
        id,
        "aria-describedby": told || undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-xs font-medium text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

export function TextField({
  label,
  hint,
  error,
  bare,
  ...input
}: Labelled & ComponentProps<"input">) {
  return (
    <Field {...{ label, hint, error }} bare={bare ?? false}>
      {(ids) => <input {...input} {...ids} className={BOX} />}
    </Field>
  );
}

export function TextArea({
  label,
  hint,
  error,
  bare,
  ...input
}: Labelled & ComponentProps<"textarea">) {
  return (
    <Field {...{ label, hint, error }} bare={bare ?? false}>
      {(ids) => <textarea {...input} {...ids} className={BOX} />}
    </Field>
  );
}

interface SelectProps<V extends string> extends Labelled {
  value: V;
  options: readonly (readonly [V, string])[];
  onValue: (value: V) => void;
  disabled?: boolean;
}

export function Select<V extends string>({
  label,
  hint,
  error,
  bare,
  value,
  options,
  onValue,
  disabled,
}: SelectProps<V>) {
  return (
    <Field {...{ label, hint, error }} bare={bare ?? false}>
      {(ids) => (
        <select
          {...ids}
          disabled={disabled}
          value={value}
          onChange={(event) => onValue(event.target.value as V)}
          className={BOX}
        >
          {options.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface SwitchProps {
  label: string;
  /** The label is for screen readers alone. */
  bare?: boolean;
  hint?: string | undefined;
  on: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean | undefined;
}

export function Switch({ label, bare, hint, on, onChange, disabled }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-4">
      <div className="min-w-0">
        <label htmlFor={id} className={bare ? "sr-only" : "font-medium"}>
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-muted">
            {hint}
          </p>
        )}
      </div>
      <RadixSwitch.Root
        id={id}
        checked={on}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative mt-0.5 h-6 w-10 shrink-0 rounded-full bg-line-strong transition-colors disabled:opacity-50 data-[state=checked]:bg-accent"
      >
        <RadixSwitch.Thumb className="absolute start-0.5 top-0.5 size-5 rounded-full bg-card transition-[inset-inline-start] data-[state=checked]:start-[1.125rem]" />
      </RadixSwitch.Root>
    </div>
  );
}

export function Checkbox({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label className="flex items-center gap-2 py-1">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}
