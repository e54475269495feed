import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Badge } from "../../ui/badge";
import { Button, buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { TextField } from "../../ui/field";
import { Listing, paged } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";
import { Empty } from "../../ui/states";

type Store = Schemas["StoreView"];

interface Change {
  before: string[];
  after: string[];
}

const STORES = ["stores"];
const PROVIDERS: Record<string, string> = { shopify: "Shopify" };
const AT_MOST = 20;

/** Where the merchant sells, and where pages of those shops are. */
export function Stores() {
  const { t } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: STORES,
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/stores", { params: { query: pageParam ? { cursor: pageParam } : {} } }),
      ),
    ...paged,
  });
  return (
    <Card flush title={t("settings.stores")}>
      <Listing query={query} empty={<Empty title={t("settings.noStores")} />}>
        {(stores) => (
          <ul>
            {stores.map((store) => (
              <Line key={store.id} store={store} />
            ))}
          </ul>
        )}
      </Listing>
    </Card>
  );
}

function Line({ store }: { store: Store }) {
  const { t } = useTranslation();
  const mayRead = useMay("program:read");
  const format = useFormat();
  const about = [
    PROVIDERS[store.provider] ?? store.provider,
    t("store.since", { date: format.date(store.created_at) }),
  ];
  return (
    <li className="border-t border-line px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div className="min-w-0">
          <p className="font-medium break-words">{store.name}</p>
          <p className="text-xs break-words text-muted">
            {store.domain !== store.name && (
              <>
                <bdi className="break-all">{store.domain}</bdi>
                {" · "}
              </>
            )}
            {about.join(" · ")}
          </p>
        </div>
        {store.uninstalled_at ? (
          <Badge tone="warn">
            {t("settings.left", { date: format.date(store.uninstalled_at) })}
          </Badge>
        ) : (
          <Badge tone="good">{t("settings.connected")}</Badge>
        )}
      </div>
      {!store.uninstalled_at && <Pages store={store} />}
      {!store.uninstalled_at && mayRead && (
        <p className="mt-3">
          <Link
            to="/settings/stores/$storeId"
            params={{ storeId: store.id }}
            aria-label={`${t("store.hours")}: ${store.name}`}
            className={buttonClass()}
          >
            {t("store.hours")}
          </Link>
        </p>
      )}
    </li>
  );
}

/** The addresses besides the store's own whose pages may call the doors of its customers. */
function Pages({ store }: { store: Store }) {
  const { t } = useTranslation();
  const id = useId();
  const problem = useProblemText();
  const mayWrite = useMay("program:write");
  const saving = useSave(store);
  const field = useRef<HTMLInputElement>(null);
  const pages = store.web_addresses;
  const remove = (page: string) => {
    saving.remove(page);
    field.current?.focus();
  };
  return (
    <section aria-labelledby={id} className="mt-3 rounded-lg bg-sunken p-3">
      <h3 id={id} className="font-medium">
        {t("store.pages")}
      </h3>
      <p className="text-muted">{t("store.pagesText")}</p>
      {pages.length === 0 ? (
        <p className="mt-2 text-muted">{t("store.noPages")}</p>
      ) : (
        <ul className="mt-2 divide-y divide-line">
          {pages.map((page) => (
            <li key={page} className="flex items-center justify-between gap-2 py-1.5">
              <code dir="ltr" className="min-w-0 break-all">
                {page}
              </code>
              {mayWrite && (
                <Button
                  aria-label={`${t("action.remove")}: ${page}`}
                  disabled={saving.busy}
                  onClick={() => remove(page)}
                >
                  {t("action.remove")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayWrite && pages.length < AT_MOST && (
        <form
          className="mt-3 flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            saving.add(field.current?.value ?? "", () => {
              if (field.current) field.current.value = "";
            });
          }}
        >
          <TextField
            ref={field}
            label={t("store.address")}
            error={saving.error ? problem(saving.error) : undefined}
            placeholder="https://www.example.com"
            inputMode="url"
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            dir="ltr"
            maxLength={300}
            required
            onChange={saving.reset}
          />
          <Button type="submit" busy={saving.busy}>
            {t("store.add")}
          </Button>
        </form>
      )}
    </section>
  );
}

/** Changes are made to the list as it is shown, and refused where it is another by now. */
function useSave({ id, web_addresses: shown }: Store) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const put = async (web_addresses: string[], before = shown): Promise<Change> => {
    try {
      const saved = await read(
        api.PUT("/v1/api/stores/{store_id}/web-addresses", {
          params: { path: { store_id: id } },
          body: { before, web_addresses },
        }),
      );
      return { before, after: saved.web_addresses };
    } finally {
      await queries.invalidateQueries({ queryKey: STORES });
    }
  };
  const refused = (error: unknown) => warn(problem(error));
  const undo = (done: Change) => () => void put(done.before, done.after).catch(refused);
  const adding = useMutation({
    mutationFn: (page: string) => put([...shown, page]),
    onSuccess: (done) => {
      const added = done.after.find((each) => !done.before.includes(each));
      if (added) tell(t("store.added", { page: added }), undo(done));
    },
  });
  const removing = useMutation({
    mutationFn: (page: string) => put(shown.filter((each) => each !== page)),
    onSuccess: (done, page) => tell(t("store.removed", { page }), undo(done)),
    onError: refused,
  });
  return {
    add: (page: string, onDone: () => void) => adding.mutate(page, { onSuccess: onDone }),
    remove: (page: string) => removing.mutate(page),
    busy: adding.isPending || removing.isPending,
    error: adding.error,
    reset: () => adding.error && adding.reset(),
  };
}
