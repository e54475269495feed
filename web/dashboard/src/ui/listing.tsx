import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import { Failed, Loading } from "./states";

interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

interface Props<T> {
  query: UseInfiniteQueryResult<InfiniteData<Page<T>>>;
  /** Shown where there is nothing. */
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
}

/** A long list that is fetched page by page, with all its states. */
export function Listing<T>({ query, empty, children }: Props<T>) {
  const { t } = useTranslation();
  if (query.isPending) return <Loading />;
  if (query.isError && !query.data) {
    return <Failed error={query.error} onRetry={() => query.refetch()} />;
  }
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return empty;
  return (
    <>
      {children(items)}
      {query.hasNextPage && (
        <div className="flex justify-center border-t border-line p-3">
          <Button busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {t("action.more")}
          </Button>
        </div>
      )}
    </>
  );
}

/** What every paged query needs beside its key and its request. */
export const paged = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: { next_cursor?: string | null }) => page.next_cursor ?? null,
};
