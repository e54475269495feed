import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Icon } from "../../ui/icon";
import { tell, warn } from "../../ui/notice";

type Step = Schemas["OnboardingStep"];
const KEY = ["onboarding"];

export const onboardingQuery = queryOptions({
  queryKey: KEY,
  queryFn: () => read(api.GET("/v1/api/onboarding")),
});

/** Where each step is done. */
const PLACES: Record<Step["step"], string> = {
  store: "/settings",
  earning: "/earning",
  reward: "/rewards",
  branding: "/settings/branding",
  running: "/earning",
  staff: "/settings/staff",
  member: "/customers",
  points: "/customers",
  redeemed: "/customers",
};

/** The way to a live program, until it is gone or put away. */
export function Onboarding() {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("program:write");
  const hide = useHide();
  const { data } = useQuery(onboardingQuery);
  if (!data || data.hidden || data.complete) return null;
  const listed = data.steps.filter((each) => !each.dismissed || each.done);
  const done = listed.filter((each) => each.done).length;
  const next = listed.find((each) => !each.done);
  return (
    <Card
      flush
      title={t("onboarding.title")}
      actions={
        <Badge tone={data.phase === "setting_up" ? "plain" : "good"}>
          {t(`onboarding.${data.phase}`)}
        </Badge>
      }
    >
      <div className="px-4 pb-3">
        <p className="text-muted">
          {t("onboarding.progress", {
            done: format.number(done),
            all: format.number(listed.length),
          })}
        </p>
        <div aria-hidden="true" className="mt-2 h-1.5 overflow-hidden rounded-full bg-line">
          <div
            className="h-full rounded-full bg-accent"
            style={{ inlineSize: `${(done / listed.length) * 100}%` }}
          />
        </div>
      </div>
      <ol>
        {listed.map((each) => (
          <Line key={each.step} step={each} next={each === next} mayWrite={mayWrite} />
        ))}
      </ol>
      {mayWrite && (
        <div className="flex justify-end border-t border-line px-4 py-2">
          <Button kind="quiet" busy={hide.isPending} onClick={() => hide.mutate(true)}>
            {t("onboarding.hide")}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Line({ step, next, mayWrite }: { step: Step; next: boolean; mayWrite: boolean }) {
  const { t } = useTranslation();
  const leave = useLeaveOut();
  const title = t(`onboarding.${step.step}`);
  return (
    <li
      className={`flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-4 py-2 ${next ? "bg-sunken" : ""}`}
    >
      <span
        className={`flex size-6 shrink-0 items-center justify-center rounded-full ${step.done ? "bg-good-soft text-good" : "border border-line-strong border-dashed"}`}
      >
        {step.done && <Icon name="good" />}
      </span>
      {step.done ? (
        <span className="min-w-0 flex-1 text-muted">
          {title} <span className="sr-only">({t("onboarding.done")})</span>
        </span>
      ) : (
        <Link
          to={PLACES[step.step] as NonNullable<LinkProps["to"]>}
          className={`min-w-0 flex-1 hover:underline ${next ? "font-semibold text-accent" : "text-ink"}`}
        >
          {title}
        </Link>
      )}
      {!step.done && !step.needed && mayWrite && (
        <Button
          kind="link"
          aria-label={`${t("onboarding.leave")}: ${title}`}
          busy={leave.isPending}
          onClick={() => leave.mutate({ step: step.step, out: true })}
        >
          {t("onboarding.leave")}
        </Button>
      )}
    </li>
  );
}

function useLeaveOut() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const set = ({ step, out }: { step: Step["step"]; out: boolean }) => {
    const about = { params: { path: { step } } };
    return read(
      out
        ? api.POST("/v1/api/onboarding/steps/{step}/dismiss", about)
        : api.DELETE("/v1/api/onboarding/steps/{step}/dismiss", about),
    );
  };
  const undo = async (step: Step["step"]) =>
    queries.setQueryData(KEY, await set({ step, out: false }));
  return useMutation({
    mutationFn: set,
    onSuccess: (found, { step }) => {
      queries.setQueryData(KEY, found);
      tell(`${t("onboarding.leave")}: ${t(`onboarding.${step}`)}`, () => void undo(step));
    },
    onError: (error) => warn(problem(error)),
  });
}

function useHide() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const set = (out: boolean) =>
    read(out ? api.POST("/v1/api/onboarding/dismiss") : api.DELETE("/v1/api/onboarding/dismiss"));
  const undo = async () => queries.setQueryData(KEY, await set(false));
  return useMutation({
    mutationFn: set,
    onSuccess: (found) => {
      queries.setQueryData(KEY, found);
      tell(t("onboarding.hidden"), () => void undo());
    },
    onError: (error) => warn(problem(error)),
  });
}
