import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { switchesQuery } from "./data";
import { type Change, type Part, useMeaning, useStates } from "./switches";

/**
 * Says on a screen that what it is about doesn't run, what that means, and leads to its switch.
 *
 * Without a part of its own it is about the whole program, which comes first in any case.
 */
export function Stopped({ part = "program" }: { part?: Part }) {
  const found = useQuery({ ...switchesQuery, enabled: useMay("program:read") }).data?.items ?? [];
  const stopped = (["program", part] as const)
    .map((each) => found.find((it) => it.switch === each))
    .find((it) => it && it.state !== "on");
  return stopped ? <Told part={stopped.switch as Part} state={stopped.state} /> : null;
}

function Told({ part, state }: Change) {
  const { t } = useTranslation();
  const stated = new Map(useStates()).get(state);
  return (
    <section
      aria-label={t(`switches.${part}`)}
      className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-xl bg-warn-soft px-4 py-3 text-warn"
    >
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-semibold">{`${t(`switches.${part}`)}: ${stated}`}</p>
        <p>{useMeaning({ part, state })}</p>
      </div>
      <Link to="/earning" className="font-semibold underline">
        {t("switches.title")}
      </Link>
    </section>
  );
}
