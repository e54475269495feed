import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, TextField } from "../../ui/field";
import { Refused } from "../../ui/states";
import { COUNTER, type Offer, settingsQuery } from "./data";

interface AddProps {
  onMade: (offer: Offer) => void;
  onClose: () => void;
}

export function AddStamper({ onMade, onClose }: AddProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const stores = useQuery(settingsQuery).data?.places ?? [];
  const [chosen, setStore] = useState<string>();
  const store = chosen ?? stores[0]?.store_id ?? "";
  const adding = useMutation({
    mutationFn: (name: string) =>
      read(api.POST("/v1/api/stampers", { body: { name, store_id: store || null } })),
    onSuccess: (offer) => {
      void queries.invalidateQueries({ queryKey: COUNTER });
      onMade(offer);
    },
  });
  return (
    <Dialog
      open
      title={t("counter.addStamper")}
      text={t("counter.noStampersText")}
      onClose={onClose}
    >
      <Refused error={adding.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          adding.mutate(String(new FormData(event.currentTarget).get("name")));
        }}
      >
        <TextField
          label={t("customer.name")}
          name="name"
          maxLength={100}
          autoComplete="off"
          error={adding.error ? problemOf(adding.error).fields?.name : undefined}
          required
        />
        {stores.length > 0 && (
          <Select
            label={t("counter.store")}
            value={store}
            options={[
              ...stores.map(({ store_id, store_name }) => [store_id, store_name] as const),
              ["", t("counter.noStore")] as const,
            ]}
            onValue={setStore}
          />
        )}
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={adding.isPending}>
            {t("counter.addStamper")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The way for a device to become a stamper, shown once: an address and a code. */
export function PairingShown({ offer, onClose }: { offer: Offer; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { side, path } = offer.qr;
  return (
    <Dialog
      open
      title={t("counter.pairTitle", { name: offer.stamper.name })}
      text={t("counter.pairText", { time: format.instant(offer.expires_at) })}
      onClose={onClose}
    >
      <div className="flex flex-col items-center gap-4 text-center">
        <svg
          viewBox={`-4 -4 ${side + 8} ${side + 8}`}
          className="w-48 max-w-full rounded-lg bg-white"
          shapeRendering="crispEdges"
          aria-hidden="true"
        >
          <path d={path} fill="#000" />
        </svg>
        <p className="w-full rounded-lg bg-sunken p-3 shadow-card">
          <code dir="ltr" className="break-all select-all">
            {offer.address.split("#")[0]}
          </code>
        </p>
        <p dir="ltr" className="text-3xl font-bold tracking-widest tabular-nums select-all">
          {offer.pairing_code}
        </p>
      </div>
      <DialogActions>
        <Button kind="primary" onClick={onClose}>
          {t("action.close")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
