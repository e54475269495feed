import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { GETS } from "../../api/queries";
import { useFormat } from "../../i18n/format";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { useProblemText } from "../../i18n/problems";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select } from "../../ui/field";
import { Listing } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";
import { Empty, Refused } from "../../ui/states";
import { Table } from "../../ui/table";
import { type Capture, capturesQuery, exportCaptures, nudgesQuery } from "./data";
import { OnSite } from "./frame";

const route = getRouteApi("/frame/on-site/addresses");

/** The e-mail addresses that visitors left, and what each agreed to. */
export function Addresses() {
  const { t } = useTranslation();
  const { nudge } = route.useSearch();
  const navigate = useNavigate();
  const problem = useProblemText();
  const query = useInfiniteQuery(capturesQuery(nudge));
  const asking = useQuery(nudgesQuery(undefined)).data?.items.filter(
    (each) => each.terms.kind === "email_capture",
  );
  const exporting = useMutation({
    meta: GETS,
    mutationFn: () => exportCaptures(nudge),
    onError: (error) => warn(problem(error)),
  });
  return (
    <OnSite
      actions={
        <Button busy={exporting.isPending} onClick={() => exporting.mutate()}>
          {t("site.export")}
        </Button>
      }
    >
      <Card flush>
        <div className="max-w-xs p-3 sm:px-4">
          <Select
            bare
            label={t("site.nudges")}
            value={nudge ?? ""}
            options={[
              ["", t("site.allNudges")],
              ...(asking ?? []).map((each): [string, string] => [each.id, each.terms.name]),
            ]}
            onValue={(id) =>
              void navigate({ to: "/on-site/addresses", search: id ? { nudge: id } : {} })
            }
          />
        </div>
        <Listing
          query={query}
          empty={<Empty title={t("site.noAddresses")} text={t("site.noAddressesText")} />}
        >
          {(captures) => <Rows captures={captures} />}
        </Listing>
      </Card>
    </OnSite>
  );
}

function Rows({ captures }: { captures: Capture[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("customers:write");
  const [going, setGoing] = useState<Capture | null>(null);
  return (
    <>
      <Table
        label={t("site.addresses")}
        rows={captures}
        keyOf={(capture) => capture.id}
        columns={[
          {
            title: t("customer.email"),
            cell: (capture) => (
              <span className="flex flex-col items-start gap-1">
                <bdi className="font-medium break-all">{capture.email}</bdi>
                <Badge tone={capture.confirmed_at ? "good" : "plain"}>
                  {t(capture.confirmed_at ? "site.confirmed" : "site.unconfirmed")}
                </Badge>
              </span>
            ),
          },
          {
            title: t("site.consent"),
            wide: true,
            cell: ({ agreed_to, language }) => (
              <span lang={language} dir="auto" className="text-muted">
                {agreed_to}
              </span>
            ),
          },
          {
            title: t("settings.language"),
            wide: true,
            cell: ({ language }) => LANGUAGES[language as Language] ?? language,
          },
          { title: t("order.when"), cell: ({ agreed_at }) => format.date(agreed_at) },
          ...(mayWrite
            ? [
                {
                  title: t("action.remove"),
                  end: true,
                  cell: (capture: Capture) => (
                    <Button
                      kind="quiet"
                      icon="close"
                      aria-label={t("reward.remove", { what: capture.email })}
                      onClick={() => setGoing(capture)}
                    />
                  ),
                },
              ]
            : []),
        ]}
      />
      {going && <Forget capture={going} onClose={() => setGoing(null)} />}
    </>
  );
}

function Forget({ capture, onClose }: { capture: Capture; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const forgetting = useMutation({
    mutationFn: () =>
      read(
        api.DELETE("/v1/api/content/captures/{capture_id}", {
          params: { path: { capture_id: capture.id } },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["on-site", "captures"] });
      tell(t("site.forgotten"));
      onClose();
    },
  });
  return (
    <Dialog
      open
      title={t("site.forget")}
      text={t("site.forgetText", { email: capture.email })}
      onClose={onClose}
    >
      <Refused error={forgetting.error} />
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="danger" busy={forgetting.isPending} onClick={() => forgetting.mutate()}>
          {t("action.remove")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
