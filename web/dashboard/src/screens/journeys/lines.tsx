import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { type Step, useCarried } from "./data";
import {
  type Draft,
  type Faults,
  freshKey,
  type Held,
  type Lack,
  MOST_STEPS,
  sayable,
  within,
} from "./draft";
import { tell } from "./ready";
import { Row } from "./row";
import { StepFields } from "./steps";
import { useSays } from "./words";

interface Props {
  draft: Draft;
  faults: Faults;
  lacks: Lack | null;
  mayWrite: boolean;
  opened: string[];
  setOpened: (opened: string[]) => void;
  onChange: (change: Partial<Draft>) => void;
}

/** The steps in their order: moved, added and taken away by keyboard as by mouse. */
export function Steps({ draft, lacks, mayWrite, opened, setOpened, ...rest }: Props) {
  const adding = useRef<HTMLButtonElement>(null);
  const [latest, setLatest] = useState<string | null>(null);
  const { steps } = draft;
  const set = (changed: Held[]) => rest.onChange({ steps: changed });
  const moved = (place: number, by: -1 | 1) => {
    const [here, there] = [steps[place], steps[place + by]];
    if (!here || !there) return undefined;
    return () => set(steps.map((each) => (each === here ? there : each === there ? here : each)));
  };
  return (
    <>
      {steps.map((held, place) => (
        <One
          key={held.key}
          {...{ held, place, draft, mayWrite }}
          faults={within(rest.faults, `steps.${place}`)}
          lacks={lacks?.line === held.key ? lacks : null}
          opened={opened.includes(held.key)}
          onOpen={() => setOpened(toggled(opened, held.key))}
          moves={{ up: moved(place, -1), down: moved(place, 1) }}
          fresh={held.key === latest}
          onChange={(step) =>
            set(steps.map((each) => (each.key === held.key ? { ...held, step } : each)))
          }
          onRemove={() => {
            set(steps.filter((each) => each.key !== held.key));
            adding.current?.focus();
          }}
        />
      ))}
      {mayWrite && (
        <Adding
          ref={adding}
          draft={draft}
          lacks={lacks?.line === "steps" ? lacks : null}
          onAdd={(step) => {
            const key = freshKey();
            set([...steps, { key, step }]);
            setOpened([...opened, key]);
            setLatest(key);
          }}
        />
      )}
    </>
  );
}

export function toggled(opened: string[], key: string): string[] {
  return opened.includes(key) ? opened.filter((each) => each !== key) : [...opened, key];
}

interface OneProps {
  held: Held;
  place: number;
  draft: Draft;
  faults: Faults;
  lacks: Lack | null;
  mayWrite: boolean;
  opened: boolean;
  fresh: boolean;
  moves: { up: (() => void) | undefined; down: (() => void) | undefined };
  onOpen: () => void;
  onChange: (step: Step) => void;
  onRemove: () => void;
}

function One({ held: { step }, place, draft, faults, lacks, mayWrite, ...rest }: OneProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const says = useSays();
  const carried = useCarried();
  const mute = step.kind === "tell" && carried && !step.channels.some((each) => carried.has(each));
  const kind = t(step.kind === "wait" ? "journey.wait" : "journey.message");
  return (
    <Row
      title={`${format.number(place + 1)}. ${kind}`}
      icon={step.kind === "wait" ? "clock" : "message"}
      said={says.step(step)}
      opened={rest.opened || Object.keys(faults).length > 0}
      onOpen={mayWrite ? rest.onOpen : undefined}
      moves={rest.moves}
      fresh={rest.fresh}
      wrong={lacks ? t(lacks.text) : undefined}
      warning={
        mute ? t("journey.nobodyCarries", { channel: says.channels(step.channels) }) : undefined
      }
    >
      <StepFields step={step} kind={draft.trigger.kind} faults={faults} onChange={rest.onChange} />
      <div className="mt-3 flex justify-end">
        <Button onClick={rest.onRemove}>{t("journey.removeStep")}</Button>
      </div>
    </Row>
  );
}

interface AddingProps {
  ref: React.Ref<HTMLButtonElement>;
  draft: Draft;
  lacks: Lack | null;
  onAdd: (step: Step) => void;
}

function Adding({ ref, draft: { steps, trigger }, lacks, onAdd }: AddingProps) {
  const { t } = useTranslation();
  const full = steps.length >= MOST_STEPS;
  return (
    <li className="border-t border-line px-4 py-3">
      {lacks && (
        <p role="alert" className="mb-2 font-medium text-danger">
          {t(lacks.text)}
        </p>
      )}
      <div className="flex flex-wrap gap-2 sm:ps-8">
        <Button
          ref={ref}
          disabled={full}
          onClick={() => onAdd(tell(sayable(trigger.kind)[0] ?? "offer"))}
        >
          {t("journey.addMessage")}
        </Button>
        <Button disabled={full} onClick={() => onAdd({ kind: "wait", hours: 2 })}>
          {t("journey.addWait")}
        </Button>
      </div>
    </li>
  );
}
