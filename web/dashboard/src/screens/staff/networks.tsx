import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read, type Schemas } from "../../api/client";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Dialog, DialogActions } from "../../ui/dialog";
import { DraftForm, useDraft, type Versioned } from "../../ui/draft";
import { TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";

type Known = Schemas["AllowListView"];

interface Place {
  /** Stays the same while somebody writes. */
  id: string;
  network: string;
  label: string;
}

interface List {
  places: Place[];
}

const AT_MOST = 100;
const networksQuery = queryOptions({
  queryKey: ["staff-networks"],
  queryFn: () => read(api.GET("/v1/api/staff/networks")),
});

/** Which networks people have to be in to sign in, while there are any. */
export function Networks() {
  const { t } = useTranslation();
  const query = useQuery(networksQuery);
  if (query.data) return <Form known={query.data} />;
  return (
    <Card title={t("network.title")}>
      {query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Loading lines={3} />
      )}
    </Card>
  );
}

function listOf({ version, networks }: Known): Versioned<List> {
  return { version, value: { places: networks.map((each) => ({ id: each.network, ...each })) } };
}

/** What a change does to people who are here or elsewhere, where it does more than let some in. */
function consequence(before: Place[], after: Place[]): "closes" | "opens" | null {
  if (after.length === 0) return before.length > 0 ? "opens" : null;
  const left = new Set(after.map(({ network }) => network));
  const shuts = before.length === 0 || before.some(({ network }) => !left.has(network));
  return shuts ? "closes" : null;
}

function Form({ known }: { known: Known }) {
  const queries = useQueryClient();
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Versioned<List> | null>(null);
  const saving = useMutation({
    mutationFn: ({ version, value: { places } }: Versioned<List>) =>
      read(
        api.PUT("/v1/api/staff/networks", {
          body: { version, networks: places.map(({ network, label }) => ({ network, label })) },
        }),
      ),
    onSuccess: (answer, sent) => {
      held.saved(sent.value, listOf(answer));
      queries.setQueryData(networksQuery.queryKey, answer);
      tell(t("earning.saved"));
    },
    onError: () => queries.invalidateQueries(networksQuery),
    onSettled: () => setAsked(null),
  });
  const before = listOf(known);
  const held = useDraft(before, saving.isPending);
  const change = (places: Place[]) => {
    if (saving.error) saving.reset();
    held.change({ places });
  };
  const matters = asked && consequence(before.value.places, asked.value.places);
  return (
    <>
      <DraftForm
        held={held}
        busy={saving.isPending}
        onSave={(draft) =>
          consequence(before.value.places, draft.value.places)
            ? setAsked(draft)
            : saving.mutate(draft)
        }
      >
        <Card title={t("network.title")}>
          <p className="text-muted">
            {t(known.networks.length > 0 ? "network.text" : "network.anywhere")}
          </p>
          <Places
            places={held.draft.places}
            yours={known.your_network}
            error={saving.error}
            onChange={change}
          />
        </Card>
      </DraftForm>
      {asked && matters && (
        <Dialog
          open
          title={t(`network.${matters}`)}
          text={t(`network.${matters}Text`)}
          onClose={() => setAsked(null)}
        >
          <DialogActions>
            <Button onClick={() => setAsked(null)}>{t("action.cancel")}</Button>
            <Button kind="danger" busy={saving.isPending} onClick={() => saving.mutate(asked)}>
              {t("action.save")}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}

interface PlacesProps {
  places: Place[];
  /** Where whoever looks at this is: by IPv6 more than today's address. */
  yours: string | null;
  error: unknown;
  onChange: (places: Place[]) => void;
}

function Places({ places, yours, error, onChange }: PlacesProps) {
  const { t, i18n } = useTranslation();
  const adding = useRef<HTMLButtonElement>(null);
  const fields = (error ? problemOf(error).fields : undefined) ?? {};
  const faulty = Object.keys(fields).length > 0;
  const add = (network: string) =>
    onChange([...places, { id: crypto.randomUUID(), network, label: "" }]);
  const remove = (place: Place) => {
    onChange(places.filter((each) => each !== place));
    adding.current?.focus();
  };
  const wrong = (said: string | undefined) =>
    said && (i18n.language === "en" ? said : t("problem.NETWORK_INVALID"));
  return (
    <>
      {!faulty && error != null && (
        <div className="mt-2">
          <Refused error={error} />
        </div>
      )}
      <ul className="mt-1 divide-y divide-line">
        {places.map((place, number) => (
          <Line
            key={place.id}
            place={place}
            error={wrong(fields[`networks.${number}.network`])}
            onChange={(part) =>
              onChange(places.map((each) => (each === place ? { ...each, ...part } : each)))
            }
            onRemove={() => remove(place)}
          />
        ))}
      </ul>
      {places.length < AT_MOST && (
        <div className="mt-3 flex flex-wrap items-center gap-2">
          <Button ref={adding} onClick={() => add("")}>
            {t("network.add")}
          </Button>
          {yours && !places.some(({ network }) => network === yours) && (
            <Button onClick={() => add(yours)}>{t("network.addMine", { address: yours })}</Button>
          )}
        </div>
      )}
    </>
  );
}

interface LineProps {
  place: Place;
  error: string | undefined;
  onChange: (part: Partial<Place>) => void;
  onRemove: () => void;
}

/** What was just added is written in next: its network, or its name where that is known. */
const focus = (field: HTMLInputElement | null) => field?.focus();

function Line({ place, error, onChange, onRemove }: LineProps) {
  const { t } = useTranslation();
  const [begun] = useState(place);
  const isNew = begun.id !== begun.network;
  return (
    <li className="grid items-start gap-2 py-2 sm:grid-cols-[1fr_1fr_auto]">
      <TextField
        bare
        label={t("network.network")}
        ref={isNew && !begun.network ? focus : undefined}
        value={place.network}
        error={error}
        placeholder="203.0.113.0/24"
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        dir="ltr"
        maxLength={64}
        required
        onChange={(event) => onChange({ network: event.target.value })}
      />
      <TextField
        bare
        label={t("network.label")}
        ref={isNew && begun.network ? focus : undefined}
        value={place.label}
        placeholder={t("network.label")}
        maxLength={100}
        onChange={(event) => onChange({ label: event.target.value })}
      />
      <Button
        className="justify-self-end"
        aria-label={`${t("action.remove")}: ${place.label || place.network}`}
        onClick={onRemove}
      >
        {t("action.remove")}
      </Button>
    </li>
  );
}
