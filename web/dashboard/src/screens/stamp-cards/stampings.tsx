import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { Listing } from "../../ui/listing";
import { tell } from "../../ui/notice";
import { Empty, Refused } from "../../ui/states";
import { type HeldCard, type Stamp, stampsQuery } from "./data";

/** What was stamped on a card, the latest first; asked for when somebody wants to see it. */
export function Stampings({ card, mayUndo }: { card: HeldCard; mayUndo: boolean }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const query = useInfiniteQuery({ ...stampsQuery(card.id), enabled: opened });
  const [undoing, setUndoing] = useState<Stamp | null>(null);
  return (
    <details onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary className="py-1 font-medium">{t("customer.history")}</summary>
      {opened && (
        <Listing query={query} empty={<Empty title={t("stampCard.noStamps")} />}>
          {(stamps) => (
            <ul>
              {stamps.map((stamp) => (
                <Line
                  key={stamp.id}
                  stamp={stamp}
                  onUndo={mayUndo && !stamp.undone_at ? () => setUndoing(stamp) : null}
                />
              ))}
            </ul>
          )}
        </Listing>
      )}
      {undoing && <Undo stamp={undoing} onClose={() => setUndoing(null)} />}
    </details>
  );
}

function Line({ stamp, onUndo }: { stamp: Stamp; onUndo: (() => void) | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const when = format.instant(stamp.occurred_at);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 border-t border-line py-2">
      <span className="min-w-0">
        <span className={`font-medium ${stamp.undone_at ? "line-through" : ""}`}>
          {format.change(stamp.count)} · {t(`stampKind.${stamp.kind}`)}
        </span>
        <span className="block break-words text-muted">
          {when}
          {stamp.purchase !== null && ` · ${format.money(stamp.purchase, stamp.currency)}`}
          {stamp.offline && ` · ${t("stampCard.offline")}`}
        </span>
        {stamp.undone_reason && (
          <span className="block break-words text-muted">
            {t("adjust.undoOf", { reason: stamp.undone_reason })}
          </span>
        )}
      </span>
      {onUndo && (
        <Button kind="quiet" aria-label={`${t("stampCard.undo")}: ${when}`} onClick={onUndo}>
          {t("action.undo")}
        </Button>
      )}
    </li>
  );
}

function Undo({ stamp, onClose }: { stamp: Stamp; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const undoing = useMutation({
    mutationFn: (reason: string) => undoStamp(stamp.id, reason),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["cards"] });
      tell(t("adjust.undone"));
      onClose();
    },
  });
  return (
    <Dialog open title={t("stampCard.undo")} text={t("stampCard.undoText")} onClose={onClose}>
      <Refused error={undoing.error} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          undoing.mutate(String(new FormData(event.currentTarget).get("reason")).trim());
        }}
      >
        <TextField
          label={t("adjust.reason")}
          name="reason"
          required
          maxLength={500}
          pattern=".*\S.*"
          error={undoing.error ? problemOf(undoing.error).fields?.reason : undefined}
        />
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={undoing.isPending}>
            {t("stampCard.undo")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** Takes a stamping back; what it brought goes with it, unless it was used. */
export function undoStamp(stampId: string, reason: string): Promise<HeldCard> {
  return read(
    api.POST("/v1/api/stamps/{stamp_id}/undo", {
      params: { path: { stamp_id: stampId } },
      body: { reason },
    }),
  );
}
