import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import { Card } from "../../ui/card";
import { DraftForm, useDraft } from "../../ui/draft";
import { Switch } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading, Refused } from "../../ui/states";
import { settingsQuery } from "../counter/data";
import { type Draft, degrees, draftOf, type Place, settingsOf } from "./store-draft";
import { Hours } from "./store-hours";
import { SpotOnEarth } from "./store-spot";

const route = getRouteApi("/frame/settings/stores/$storeId");

/** When a store is open and where it is: what stamps are held to. */
export function StorePlace() {
  const { storeId } = route.useParams();
  const { t } = useTranslation();
  const query = useQuery(settingsQuery);
  const place = query.data?.places.find(({ store_id }) => store_id === storeId);
  return (
    <Page
      title={place?.store_name ?? t("store.hours")}
      subtitle={t("store.hours")}
      back="/settings"
    >
      {place ? (
        <Form key={storeId} place={place} />
      ) : (
        <Card>
          {query.isError ? (
            <Failed error={query.error} onRetry={() => query.refetch()} />
          ) : query.isPending ? (
            <Loading lines={6} />
          ) : (
            <Empty title={t("place.gone")} />
          )}
        </Card>
      )}
    </Page>
  );
}

function Form({ place }: { place: Place }) {
  const { t } = useTranslation();
  const disabled = !useMay("program:write");
  const zone = useMerchant()?.time_zone ?? "";
  const saving = useSave(place.store_id);
  const held = useDraft<Draft>({ version: 0, value: draftOf(place) }, saving.isPending);
  const { minded, days, latitude, longitude } = held.draft;
  return (
    <DraftForm
      held={held}
      busy={saving.isPending}
      onSave={({ value: draft }) => {
        if (!isWhole(draft)) return;
        saving.mutate(draft, {
          onSuccess: (saved) => held.saved(draft, { version: 0, value: draftOf(saved) }),
        });
      }}
    >
      <Refused error={saving.error} />
      <Card title={t("place.hours")}>
        <div className="flex flex-col gap-3">
          <Switch
            label={t("place.minded")}
            hint={t("place.mindedText", { zone })}
            on={minded}
            disabled={disabled}
            onChange={(on) => held.change({ minded: on })}
          />
          {minded && (
            <Hours days={days} disabled={disabled} onChange={(all) => held.change({ days: all })} />
          )}
        </div>
      </Card>
      <Card title={t("place.where")}>
        <p className="mb-3 text-muted">{t("place.whereText")}</p>
        <SpotOnEarth
          latitude={latitude}
          longitude={longitude}
          disabled={disabled}
          fields={saving.error ? (problemOf(saving.error).fields ?? {}) : {}}
          onChange={held.change}
        />
        {!disabled && isHalf(held.draft) && (
          <p role="status" className="mt-2 text-danger">
            {t("place.both")}
          </p>
        )}
      </Card>
    </DraftForm>
  );
}

function useSave(storeId: string) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (draft: Draft) =>
      read(
        api.PUT("/v1/api/counter/settings/places/{store_id}", {
          params: { path: { store_id: storeId } },
          body: settingsOf(draft),
        }),
      ),
    onSuccess: (saved) => {
      queries.setQueryData(settingsQuery.queryKey, (known) =>
        known
          ? {
              ...known,
              places: known.places.map((it) => (it.store_id === saved.store_id ? saved : it)),
            }
          : known,
      );
      tell(t("earning.saved"));
    },
  });
}

/** One of two numbers that only say something together. */
function isHalf({ latitude, longitude }: Draft): boolean {
  return (degrees(latitude) === null) !== (degrees(longitude) === null);
}

function isWhole(draft: Draft): boolean {
  const [latitude, longitude] = [degrees(draft.latitude), degrees(draft.longitude)];
  const fits = Math.abs(latitude ?? 0) <= 90 && Math.abs(longitude ?? 0) <= 180;
  return fits && !isHalf(draft);
}
