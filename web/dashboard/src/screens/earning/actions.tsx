import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Card } from "../../ui/card";
import { Select, TextField } from "../../ui/field";
import type { Part } from "./rules";
import { type State, useStates } from "./switches";

type Rule = Required<Schemas["ActionRule"]>;

/** What people earn for other than buying: each can be switched on by itself. */
export function Actions({ program, disabled, fields, onChange }: Part) {
  const { t, i18n } = useTranslation();
  const actions = program.actions as Record<string, Rule>;
  const set = (name: string, change: Partial<Rule>) =>
    onChange({ actions: { ...actions, [name]: { ...(actions[name] as Rule), ...change } } });
  return (
    <Card flush title={t("earning.actions")}>
      <ul>
        {Object.entries(actions)
          .sort(([one], [other]) => one.localeCompare(other))
          .map(([name, rule]) => (
            <li key={name} className="border-t border-line px-4 py-3 first:border-0">
              <RuleState
                name={i18n.exists(`actionName.${name}`) ? t(`actionName.${name}`) : name}
                state={rule.state}
                disabled={disabled}
                onState={(state) => set(name, { state })}
              />
              {rule.state !== "off" && (
                <fieldset disabled={disabled} className="mt-3 grid gap-4 sm:grid-cols-3">
                  <legend className="sr-only">{t("earning.actions")}</legend>
                  <TextField
                    label={t("earning.points")}
                    type="number"
                    min={1}
                    max={1_000_000_000}
                    required
                    value={rule.points || ""}
                    error={fields[`actions.${name}.points`]}
                    onChange={(event) => set(name, { points: Number(event.target.value) })}
                  />
                  <Limit
                    label={t("earning.perDay")}
                    value={rule.per_day ?? null}
                    onChange={(per_day) => set(name, { per_day })}
                  />
                  <Limit
                    label={t("earning.perCustomer")}
                    value={rule.per_customer ?? null}
                    onChange={(per_customer) => set(name, { per_customer })}
                  />
                </fieldset>
              )}
            </li>
          ))}
      </ul>
    </Card>
  );
}

interface RuleStateProps {
  name: string;
  state: State;
  disabled: boolean;
  onState: (state: State) => void;
}

function RuleState({ name, state, disabled, onState }: RuleStateProps) {
  return (
    <div className="grid items-center gap-x-4 gap-y-1 sm:grid-cols-[1fr_9rem]">
      <span aria-hidden="true" className="font-medium">
        {name}
      </span>
      <Select
        bare
        label={name}
        value={state}
        options={useStates()}
        disabled={disabled}
        onValue={onState}
      />
    </div>
  );
}

interface LimitProps {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
}

function Limit({ label, value, onChange }: LimitProps) {
  const { t } = useTranslation();
  return (
    <TextField
      label={label}
      placeholder={t("earning.noLimit")}
      type="number"
      min={1}
      max={1_000_000}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value ? Number(event.target.value) : null)}
    />
  );
}
