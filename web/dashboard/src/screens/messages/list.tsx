import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Badge } from "../../ui/badge";
import { Card } from "../../ui/card";
import { Page } from "../../ui/page";
import { Failed, Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { type OccasionView, occasionsQuery } from "./data";
import { MessageViews } from "./views";

/** Every occasion on which customers hear from the merchant, and where its own words count. */
export function Templates() {
  const { t } = useTranslation();
  const query = useQuery(occasionsQuery);
  return (
    <Page title={t("nav.messages")} subtitle={t("message.text")}>
      <Card flush>
        <MessageViews at="templates" />
        {query.isPending ? (
          <Loading lines={6} />
        ) : query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <Table
            label={t("nav.messages")}
            rows={query.data}
            keyOf={({ occasion }) => occasion}
            columns={[
              { title: t("message.occasion"), cell: (each) => <Named occasion={each} /> },
              {
                title: t("message.purpose"),
                wide: true,
                cell: ({ purpose }) => (
                  <Badge tone={purpose === "outreach" ? "warn" : "plain"}>
                    {t(`message.${purpose}`)}
                  </Badge>
                ),
              },
              { title: t("textState.mended"), cell: (each) => <Own occasion={each} /> },
            ]}
          />
        )}
      </Card>
    </Page>
  );
}

function Named({ occasion: { occasion, channels } }: { occasion: OccasionView }) {
  const { t } = useTranslation();
  return (
    <span className="flex flex-col items-start gap-0.5">
      <Link
        to="/messages/templates/$occasion"
        params={{ occasion }}
        className="font-medium break-words hover:underline"
      >
        {t(`occasion.${occasion}`)}
      </Link>
      <span className="text-xs text-muted">
        {channels.map(({ channel }) => t(`message.${channel}`)).join(" · ")}
      </span>
    </span>
  );
}

function Own({ occasion: { occasion, channels } }: { occasion: OccasionView }) {
  const { t } = useTranslation();
  const own = channels.flatMap(({ channel, saved }) =>
    saved.filter((each) => each.own).map((each) => ({ channel, language: each.language })),
  );
  if (own.length === 0) return <span className="text-muted">{t("texts.original")}</span>;
  return (
    <span className="flex flex-wrap gap-x-3 gap-y-1">
      {own.map(({ channel, language }) => (
        <Link
          key={`${channel} ${language}`}
          to="/messages/templates/$occasion"
          params={{ occasion }}
          search={{ channel, language: language as Language }}
          className="text-accent hover:underline"
        >
          {t(`message.${channel}`)}, <bdi>{LANGUAGES[language as Language]}</bdi>
        </Link>
      ))}
    </span>
  );
}
