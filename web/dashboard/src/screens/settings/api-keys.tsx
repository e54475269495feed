import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { identityQuery } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Checkbox, TextField } from "../../ui/field";
import { Listing, paged } from "../../ui/listing";
import { tell } from "../../ui/notice";
import { Empty, Refused } from "../../ui/states";

type Key = Schemas["ApiKeyView"];
type Scope = Schemas["Scope"];

/** Keys for programs: made, shown once, revoked. */
export function ApiKeys() {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<"new" | Key | null>(null);
  const query = useInfiniteQuery({
    queryKey: ["api-keys"],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/api-keys", { params: { query: pageParam ? { cursor: pageParam } : {} } }),
      ),
    ...paged,
  });
  return (
    <Card
      flush
      title={t("keys.title")}
      actions={<Button onClick={() => setAsked("new")}>{t("keys.make")}</Button>}
    >
      <Listing query={query} empty={<Empty title={t("keys.none")} />}>
        {(keys) => (
          <ul>
            {keys.map((key) => (
              <Line key={key.id} apiKey={key} onRevoke={() => setAsked(key)} />
            ))}
          </ul>
        )}
      </Listing>
      {asked === "new" && <NewKey onClose={() => setAsked(null)} />}
      {asked !== null && asked !== "new" && (
        <Revoke apiKey={asked} onClose={() => setAsked(null)} />
      )}
    </Card>
  );
}

function Line({ apiKey, onRevoke }: { apiKey: Key; onRevoke: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-3">
      <div className="min-w-0">
        <p className="font-medium break-words">{apiKey.name}</p>
        <p className="text-xs break-words text-muted">
          <code>{apiKey.hint}</code> · {format.date(apiKey.created_at)} · {apiKey.scopes.join(", ")}
        </p>
      </div>
      {apiKey.revoked_at ? (
        <Badge>{t("keys.revoked")}</Badge>
      ) : (
        <Button onClick={onRevoke}>{t("keys.revoke")}</Button>
      )}
    </li>
  );
}

function NewKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const mine = useQuery(identityQuery).data?.scopes as Scope[] | undefined;
  const [scopes, setScopes] = useState<ReadonlySet<Scope>>(new Set());
  const making = useMutation({
    mutationFn: (name: string) =>
      read(api.POST("/v1/api/api-keys", { body: { name, scopes: [...scopes] } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["api-keys"] }),
  });
  if (making.data) return <Secret secret={making.data.secret} onClose={onClose} />;
  const choose = (scope: Scope, on: boolean) => {
    const chosen = new Set(scopes);
    if (on) chosen.add(scope);
    else chosen.delete(scope);
    setScopes(chosen);
  };
  return (
    <Dialog open title={t("keys.make")} onClose={onClose}>
      <Refused error={making.error} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate(String(new FormData(event.currentTarget).get("name")));
        }}
      >
        <TextField label={t("customer.name")} name="name" required maxLength={200} />
        <fieldset className="mt-4 grid sm:grid-cols-2">
          <legend className="mb-1 font-medium">{t("settings.rights")}</legend>
          {mine?.map((scope) => (
            <Checkbox
              key={scope}
              label={scope}
              checked={scopes.has(scope)}
              onChange={(on) => choose(scope, on)}
            />
          ))}
        </fieldset>
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" disabled={scopes.size === 0} busy={making.isPending}>
            {t("keys.make")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    tell(t("keys.copied"));
  };
  return (
    <Dialog open title={t("keys.made")} text={t("keys.madeText")} onClose={onClose}>
      <p className="rounded-lg bg-sunken p-3 shadow-card">
        <code className="break-all select-all">{secret}</code>
      </p>
      <DialogActions>
        <Button onClick={() => void copy()}>{t("keys.copy")}</Button>
        <Button kind="primary" onClick={onClose}>
          {t("action.close")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Revoke({ apiKey, onClose }: { apiKey: Key; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const revoking = useMutation({
    mutationFn: () =>
      read(api.DELETE("/v1/api/api-keys/{key_id}", { params: { path: { key_id: apiKey.id } } })),
    onSuccess: async () => {
      tell(t("keys.revoked"));
      onClose();
      await queries.invalidateQueries({ queryKey: ["api-keys"] });
    },
  });
  return (
    <Dialog
      open
      title={`${t("keys.revoke")}: ${apiKey.name}`}
      text={t("keys.revokeText")}
      onClose={onClose}
    >
      <Refused error={revoking.error} />
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="danger" busy={revoking.isPending} onClick={() => revoking.mutate()}>
          {t("keys.revoke")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
