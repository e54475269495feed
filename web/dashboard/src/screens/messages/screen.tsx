import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Card } from "../../ui/card";
import { Select } from "../../ui/field";
import { Page } from "../../ui/page";
import { Failed, Loading } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { Choice } from "../on-site/choice";
import type { Device } from "../on-site/seen";
import { type OccasionView, occasionsQuery, type Scheme, templateQuery, type Which } from "./data";
import { Form } from "./form";
import type { Search } from "./routes";

const TO = "/messages/templates/$occasion";
const SPOKEN = Object.entries(LANGUAGES) as [Language, string][];

/** How what is being worded is looked at. */
export interface Looking {
  beside: Language | null;
  device: Device;
  scheme: Scheme;
}

/** What customers are told on an occasion, worded beside what they will see of it. */
export function Template() {
  const { t } = useTranslation();
  const { occasion } = useParams({ from: "/frame/messages/templates/$occasion" });
  const query = useQuery(occasionsQuery);
  const merchant = useMerchant();
  const found = query.data?.find((each) => each.occasion === occasion);
  return (
    <Page
      title={found ? t(`occasion.${found.occasion}`) : t("nav.messages")}
      subtitle={found && t(`message.${found.purpose}`)}
      back="/messages/templates"
    >
      {found && merchant ? (
        <Open occasion={found} home={merchant.locale as Language} />
      ) : (
        <Card>
          {query.isError || query.data ? (
            <Failed error={query.error} onRetry={() => query.refetch()} />
          ) : (
            <Loading lines={6} />
          )}
        </Card>
      )}
    </Page>
  );
}

function Open({ occasion: about, home }: { occasion: OccasionView; home: Language }) {
  const { t } = useTranslation();
  const search: Search = useSearch({ from: "/frame/messages/templates/$occasion" });
  const { occasion } = about;
  const channel = search.channel ?? about.channels[0]?.channel ?? "email";
  const language = search.language ?? home;
  return (
    <>
      <div className="overflow-hidden rounded-xl bg-card shadow-card">
        <Tabs
          label={t("message.channel")}
          tabs={about.channels.map((each) => ({
            title: t(`message.${each.channel}`),
            link: { to: TO, params: { occasion }, search: { ...search, channel: each.channel } },
            current: each.channel === channel,
          }))}
        />
      </div>
      <One about={about} which={{ occasion, channel, language }} beside={search.beside ?? null} />
    </>
  );
}

function One(of: { about: OccasionView; which: Which; beside: Language | null }) {
  const { t } = useTranslation();
  const { which, beside } = of;
  const go = useNavigate();
  const query = useQuery(templateQuery(which));
  const [device, setDevice] = useState<Device>("phone");
  const [scheme, setScheme] = useState<Scheme>("light");
  const look = (language: Language, second: Language | null) =>
    void go({
      to: TO,
      params: { occasion: which.occasion },
      search: { channel: which.channel, language, ...(second && { beside: second }) },
    });
  return (
    <>
      <Card>
        <div className="flex flex-wrap items-end gap-3">
          <div className="min-w-0 flex-1 basis-40">
            <Select
              label={t("settings.language")}
              value={which.language}
              options={SPOKEN}
              onValue={(language) => look(language, beside)}
            />
          </div>
          <div className="min-w-0 flex-1 basis-40">
            <Select
              label={t("message.beside")}
              value={beside ?? ""}
              options={[["", "–"] as const, ...SPOKEN]}
              onValue={(second) => look(which.language, second || null)}
            />
          </div>
          {which.channel === "email" && (
            <div className="flex flex-wrap gap-2">
              <Choice
                label={t("site.device")}
                value={device}
                options={[
                  ["phone", t("site.phone")],
                  ["desktop", t("site.desktop")],
                ]}
                onValue={setDevice}
              />
              <Choice
                label={t("settings.theme")}
                value={scheme}
                options={[
                  ["light", t("theme.light")],
                  ["dark", t("theme.dark")],
                ]}
                onValue={setScheme}
              />
            </div>
          )}
        </div>
      </Card>
      {query.data ? (
        <Form
          key={`${which.channel} ${which.language}`}
          about={of.about}
          which={which}
          template={query.data}
          looking={{ beside, device, scheme }}
        />
      ) : (
        <Card>
          {query.isError ? (
            <Failed error={query.error} onRetry={() => query.refetch()} />
          ) : (
            <Loading lines={6} />
          )}
        </Card>
      )}
    </>
  );
}
