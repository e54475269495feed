import { useQuery } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";

/** By element: how often it was seen, clicked and closed. */
export type Figures = ReadonlyMap<string, Schemas["ElementUses"]>;

const NONE: Figures = new Map();

/** The last thirty days of what visitors did who agreed to be counted. */
export function useFigures(): Figures {
  const found = useQuery({
    queryKey: ["on-site", "usage"],
    queryFn: () => read(api.GET("/v1/api/usage/figures")),
    select: ({ elements }): Figures => new Map(elements.map((each) => [each.element, each])),
  });
  return found.data ?? NONE;
}
