import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";

export type Experiment = Schemas["ExperimentView"];
export type Design = Experiment["design"];
/** A variant with nothing left out. */
export type Variant = Required<Design["variants"][number]>;
export type Result = Schemas["ResultView"];
export type VariantResult = Schemas["VariantResultView"];
export type Interval = Schemas["IntervalView"];
export type Uses = Schemas["ElementUses"];
export type Question = Pick<Schemas["Plan"], "baseline" | "effect"> & {
  subject: string;
  goal: Design["goal"]["kind"];
  percent: number;
  weight: number[];
};

const DAY_MS = 86_400_000;

export const experimentsQuery = infiniteQueryOptions({
  queryKey: ["experiments", "list"],
  queryFn: ({ pageParam }) =>
    read(
      api.GET("/v1/api/experiments", {
        params: { query: pageParam ? { cursor: pageParam } : {} },
      }),
    ),
  ...paged,
});

const at = (id: string) => ({ params: { path: { experiment_id: id } } });

export const experimentQuery = (id: string) =>
  queryOptions({
    queryKey: ["experiments", id],
    queryFn: () => read(api.GET("/v1/api/experiments/{experiment_id}", at(id))),
  });

export const resultQuery = (id: string) =>
  queryOptions({
    queryKey: ["experiments", id, "result"],
    queryFn: () => read(api.GET("/v1/api/experiments/{experiment_id}/result", at(id))),
  });

export const planQuery = (question: Question | null) =>
  queryOptions({
    queryKey: ["experiments", "plan", question],
    enabled: question !== null,
    queryFn: () =>
      read(api.GET("/v1/api/experiments/plan", { params: { query: question as Question } })),
  });

/** What speaks up by itself on the shop's pages, by what staff call it. */
export const nudgesQuery = queryOptions({
  queryKey: ["nudges"],
  queryFn: () => read(api.GET("/v1/api/content/nudges")),
});

export const usageQuery = (days: number) =>
  queryOptions({
    queryKey: ["usage", days],
    queryFn: () =>
      read(
        api.GET("/v1/api/usage/figures", {
          params: {
            query: {
              first: new Date(Date.now() - (days - 1) * DAY_MS).toISOString().slice(0, 10),
            },
          },
        }),
      ),
  });

export const startExperiment = (id: string) =>
  read(api.POST("/v1/api/experiments/{experiment_id}/start", at(id)));

export const endExperiment = (id: string) =>
  read(api.POST("/v1/api/experiments/{experiment_id}/end", at(id)));

export const discardExperiment = (id: string) =>
  read(api.DELETE("/v1/api/experiments/{experiment_id}", at(id)));

export function saveExperiment(before: Experiment | null, design: Design): Promise<Experiment> {
  if (!before) return read(api.POST("/v1/api/experiments", { body: { design } }));
  return read(
    api.PUT("/v1/api/experiments/{experiment_id}", {
      ...at(before.id),
      body: { design, version: before.version },
    }),
  );
}
