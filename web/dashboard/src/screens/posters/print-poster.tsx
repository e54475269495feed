import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import { GETS } from "../../api/queries";
import { chosenFrom, LANGUAGES } from "../../i18n/languages";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Checkbox, Select } from "../../ui/field";
import { warn } from "../../ui/notice";
import { Failed, Loading } from "../../ui/states";
import {
  type Format,
  keep,
  type Poster,
  type Print,
  pictureQuery,
  posterFile,
  postersQuery,
  type Size,
} from "./data";

const LANGUAGE_NAMES = Object.entries(LANGUAGES) as [string, string][];

/** A poster as it will be, in which size and language, and as which file. */
export function PrintPoster({ poster, onClose }: { poster: Poster; onClose: () => void }) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const merchant = useMerchant();
  const [size, setSize] = useState<Size>("a4");
  const [format, setFormat] = useState<Format>("pdf");
  const [chosen, setChosen] = useState<string>();
  const [marks, setMarks] = useState(false);
  const locale = chosen ?? chosenFrom([merchant?.locale ?? "en"]);
  const marked = marks && format === "pdf";
  const getting = useMutation({
    meta: GETS,
    mutationFn: (print: Print) => posterFile(poster.id, print),
    onSuccess: (file, print) => keep(file, `poster-${print.size}-${print.locale}.${print.format}`),
    onError: (error) => warn(problem(error)),
  });
  return (
    <Dialog open title={poster.name} onClose={onClose}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Picture poster={poster} size={size} locale={locale} />
        <div className="flex min-w-0 flex-col gap-4">
          <Select
            label={t("posters.size")}
            value={size}
            options={[
              ["a4", "A4"],
              ["a5", "A5"],
              ["tent", t("posters.tent")],
            ]}
            onValue={setSize}
          />
          <Select
            label={t("posters.language")}
            value={locale}
            options={LANGUAGE_NAMES}
            onValue={setChosen}
          />
          <Select
            label={t("posters.format")}
            value={format}
            options={[
              ["pdf", "PDF"],
              ["png", "PNG"],
              ["svg", "SVG"],
            ]}
            onValue={setFormat}
          />
          {format === "pdf" && (
            <Checkbox label={t("posters.marks")} checked={marks} onChange={setMarks} />
          )}
          <p className="break-all text-muted">
            <bdi dir="ltr">{poster.address}</bdi>
          </p>
        </div>
      </div>
      <DialogActions>
        <Withdraw poster={poster} onDone={onClose} />
        <Button
          kind="primary"
          busy={getting.isPending}
          disabled={poster.withdrawn_at !== null}
          onClick={() => getting.mutate({ size, format, locale, marks: marked })}
        >
          {t("posters.download")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

interface PictureProps {
  poster: Poster;
  size: Size;
  locale: string;
}

function Picture({ poster, size, locale }: PictureProps) {
  const { t } = useTranslation();
  const query = useQuery(pictureQuery(poster.id, size, locale));
  if (query.isError) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  if (query.isPending) return <Loading lines={6} />;
  return (
    <img
      src={query.data}
      alt={t("posters.picture", { name: poster.name })}
      className="mx-auto max-h-72 w-auto max-w-full border border-line bg-white sm:max-h-96"
    />
  );
}

/** Asks twice: what hangs somewhere leads nowhere afterwards. */
function Withdraw({ poster, onDone }: { poster: Poster; onDone: () => void }) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const mayWrite = useMay("program:write");
  const [asked, setAsked] = useState(false);
  const withdrawing = useMutation({
    mutationFn: () =>
      read(
        api.POST("/v1/api/posters/{poster_id}/withdraw", {
          params: { path: { poster_id: poster.id } },
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: postersQuery.queryKey });
      onDone();
    },
    onError: (error) => warn(problem(error)),
  });
  if (!mayWrite || poster.withdrawn_at) return null;
  if (!asked) return <Button onClick={() => setAsked(true)}>{t("posters.withdraw")}</Button>;
  return (
    <div className="w-full">
      <p role="alert" className="mb-2">
        {t("posters.withdrawText")}
      </p>
      <Button kind="danger" busy={withdrawing.isPending} onClick={() => withdrawing.mutate()}>
        {t("posters.withdraw")}
      </Button>
    </div>
  );
}
