import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { Switch } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Failed, Loading } from "../../ui/states";
import { useShopDomain } from "./data";
import { OnSite } from "./frame";
import { PAGES, type PageName, type PageView, pageQuery, savePage } from "./page-data";

/** The pages that we draw for a shop: what each is for, whether it is there, and the way to it. */
export function Pages() {
  return (
    <OnSite>
      {PAGES.map((page) => (
        <One key={page} page={page} />
      ))}
    </OnSite>
  );
}

function One({ page }: { page: PageName }) {
  const { t } = useTranslation();
  const query = useQuery(pageQuery(page));
  return (
    <Card title={t(`site.${page}`)} actions={<Doors page={page} />}>
      {query.data ? (
        <Told view={query.data} />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Loading lines={2} />
      )}
    </Card>
  );
}

function Doors({ page }: { page: PageName }) {
  const { t } = useTranslation();
  const enabled = useQuery(pageQuery(page)).data?.settings.enabled ?? false;
  return (
    <span className="flex flex-wrap gap-2">
      {enabled && <OpenPage page={page} />}
      <Link to="/on-site/pages/$page" params={{ page }} className={buttonClass()}>
        {t("campaign.edit")}
      </Link>
    </span>
  );
}

/** The page itself, in a window of its own. */
export function OpenPage({ page }: { page: PageName }) {
  const { t } = useTranslation();
  const domain = useShopDomain();
  if (!domain) return null;
  return (
    <a
      href={`/pages/${domain}/${page}`}
      target="_blank"
      rel="noopener noreferrer"
      className={buttonClass()}
    >
      {t("site.openPage")}
    </a>
  );
}

function Told({ view }: { view: PageView }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const domain = useShopDomain();
  const turning = useTurning();
  return (
    <>
      <Switch
        label={t("site.public")}
        hint={t(`site.${view.page}Text`)}
        on={view.settings.enabled ?? true}
        disabled={!mayWrite || turning.isPending}
        onChange={(enabled) => turning.mutate({ view, enabled })}
      />
      {domain === null && <p className="mt-3 text-muted">{t("site.noStore")}</p>}
    </>
  );
}

interface Turn {
  view: PageView;
  enabled: boolean;
  /** It takes a turn back, which is not offered to be taken back again. */
  final?: boolean;
}

function useTurning() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const problem = useProblemText();
  const turning = useMutation({
    mutationFn: ({ view, enabled }: Turn) => savePage(view, { ...view.settings, enabled }),
    onSuccess: (saved, { enabled, final }) => {
      queries.setQueryData(pageQuery(saved.page).queryKey, saved);
      if (final) return tell(t("adjust.undone"));
      const name = t(`site.${saved.page}`);
      tell(t(enabled ? "site.isOn" : "site.isOff", { name }), () =>
        turning.mutate({ view: saved, enabled: !enabled, final: true }),
      );
    },
    onError: (error, { view }) => {
      void queries.invalidateQueries({ queryKey: pageQuery(view.page).queryKey });
      warn(problem(error));
    },
  });
  return turning;
}
