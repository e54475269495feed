import type { UseQueryResult } from "@tanstack/react-query";
import type { ComponentProps } from "react";
import { Card } from "./card";
import { Page } from "./page";
import { Failed, Loading } from "./states";

interface Props extends Pick<ComponentProps<typeof Page>, "title" | "back"> {
  query: Pick<UseQueryResult, "isError" | "error" | "refetch">;
  /** How long what comes will be, about. */
  lines?: number;
}

/** The page of one thing while it is on its way, or when it can't be had. */
export function Awaited({ query, title, back, lines }: Props) {
  return (
    <Page title={title} back={back}>
      <Card>
        {query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <Loading lines={lines} />
        )}
      </Card>
    </Page>
  );
}
