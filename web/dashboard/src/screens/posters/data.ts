import { queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";

export type Poster = Schemas["PosterView"];
export type CardBatch = Schemas["CardBatchView"];
export type CheckBy = NonNullable<Poster["check_by"]>;
export type Size = "a4" | "a5" | "tent";
export type Format = "pdf" | "png" | "svg";

/** What a poster is printed as. */
export interface Print {
  size: Size;
  format: Format;
  locale: string;
  marks: boolean;
}

export const postersQuery = queryOptions({
  queryKey: ["posters"],
  queryFn: async () => (await read(api.GET("/v1/api/posters"))).items,
});

export const batchesQuery = queryOptions({
  queryKey: ["card-batches"],
  queryFn: async () => (await read(api.GET("/v1/api/card-batches"))).items,
});

/** Card programs that guests can have a card of. */
export const cardProgramsQuery = queryOptions({
  queryKey: ["card-programs", "active"],
  queryFn: async () => {
    const { items } = await read(api.GET("/v1/api/card-programs"));
    return items.filter(({ state }) => state !== "archived");
  },
});

/** The picture of a poster as it will be printed: an address that our own policy lets be shown. */
export const pictureQuery = (id: string, size: Size, locale: string) =>
  queryOptions({
    queryKey: ["posters", id, size, locale],
    queryFn: async () => {
      const drawn = await posterFile(id, { size, format: "svg", locale, marks: false });
      return `data:image/svg+xml,${encodeURIComponent(await drawn.text())}`;
    },
    staleTime: 60_000,
  });

export async function posterFile(id: string, { size, format, locale, marks }: Print) {
  const params = { path: { poster_id: id }, query: { size, format, locale, marks } };
  const file = await read(api.GET("/v1/api/posters/{poster_id}/file", { params, parseAs: "blob" }));
  return file as unknown as Blob;
}

export async function batchFile(id: string, locale: string) {
  const params = { path: { batch_id: id }, query: { locale } };
  const file = await read(
    api.GET("/v1/api/card-batches/{batch_id}/file", { params, parseAs: "blob" }),
  );
  return file as unknown as Blob;
}

/** Hands a file to the browser, which puts it where downloads go. */
export function keep(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
