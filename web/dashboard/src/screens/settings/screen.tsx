import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { bridge } from "../../api/bridge";
import { identityQuery, merchantQuery, useMay } from "../../api/program";
import { chooseLanguage } from "../../i18n";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { chooseTheme, THEMES, useTheme } from "../../shell/theme";
import { Badge } from "../../ui/badge";
import { buttonClass } from "../../ui/button";
import { Card, Facts } from "../../ui/card";
import { Select } from "../../ui/field";
import { Page } from "../../ui/page";
import { Failed, Loading } from "../../ui/states";
import { ApiKeys } from "./api-keys";
import { BringMerchant } from "./bring-merchant";
import { Naming } from "./naming";
import { Password } from "./password";
import { Stores } from "./stores";

export function Settings() {
  const { t } = useTranslation();
  const mayKeepKeys = useMay("keys:write");
  const mayReadProgram = useMay("program:read");
  const mayReadCustomers = useMay("customers:read");
  const mayReadStaff = useMay("staff:read");
  return (
    <Page title={t("nav.settings")}>
      <Looks />
      <Program />
      {mayReadProgram && <Branding />}
      {mayReadCustomers && <Messages />}
      {mayReadProgram && <Naming />}
      {mayReadProgram && <Texts />}
      {mayReadProgram && <Wallets />}
      <Stores />
      {mayReadStaff && <Staff />}
      {!bridge && <Password />}
      {mayKeepKeys && <ApiKeys />}
      {mayReadProgram && <BringMerchant />}
    </Page>
  );
}

function Looks() {
  const { t, i18n } = useTranslation();
  return (
    <Card title={t("settings.looks")}>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Select
          label={t("settings.language")}
          value={i18n.language as Language}
          options={Object.entries(LANGUAGES) as [Language, string][]}
          onValue={(language) => void chooseLanguage(language)}
        />
        <Select
          label={t("settings.theme")}
          value={useTheme()}
          options={THEMES.map((theme) => [theme, t(`theme.${theme}`)])}
          onValue={chooseTheme}
        />
      </div>
    </Card>
  );
}

function Program() {
  const { t } = useTranslation();
  const merchant = useQuery(merchantQuery);
  const identity = useQuery(identityQuery);
  if (merchant.isError) {
    return (
      <Card>
        <Failed error={merchant.error} onRetry={() => merchant.refetch()} />
      </Card>
    );
  }
  return (
    <Card title={t("settings.program")}>
      {merchant.data ? (
        <Facts
          items={[
            [t("customer.name"), merchant.data.name],
            [t("settings.currency"), merchant.data.currency],
            [t("settings.timeZone"), merchant.data.time_zone],
            [
              t("settings.rights"),
              <span key="scopes" className="flex flex-wrap gap-1">
                {identity.data?.scopes.map((scope) => (
                  <Badge key={scope}>{scope}</Badge>
                ))}
              </span>,
            ],
          ]}
        />
      ) : (
        <Loading />
      )}
    </Card>
  );
}

function Branding() {
  const { t } = useTranslation();
  return (
    <Card
      title={t("branding.title")}
      actions={
        <Link to="/settings/branding" className={buttonClass()}>
          {t("staff.manage")}
        </Link>
      }
    >
      <p className="text-muted">{t("branding.text")}</p>
    </Card>
  );
}

function Messages() {
  const { t } = useTranslation();
  return (
    <Card
      title={t("settings.messages")}
      actions={
        <Link to="/settings/messages" search={{}} className={buttonClass()}>
          {t("staff.manage")}
        </Link>
      }
    >
      <p className="text-muted">{t("settings.messagesText")}</p>
    </Card>
  );
}

function Texts() {
  const { t } = useTranslation();
  return (
    <Card
      title={t("texts.title")}
      actions={
        <Link to="/settings/texts" search={{}} className={buttonClass()}>
          {t("texts.manage")}
        </Link>
      }
    >
      <p className="text-muted">{t("texts.text")}</p>
    </Card>
  );
}

function Wallets() {
  const { t } = useTranslation();
  return (
    <Card
      title={t("settings.wallets")}
      actions={
        <Link to="/settings/wallets" className={buttonClass()}>
          {t("staff.manage")}
        </Link>
      }
    >
      <p className="text-muted">{t("settings.walletsText")}</p>
    </Card>
  );
}

function Staff() {
  const { t } = useTranslation();
  return (
    <Card
      title={t("staff.title")}
      actions={
        <Link to="/settings/staff" search={{}} className={buttonClass()}>
          {t("staff.manage")}
        </Link>
      }
    >
      <p className="text-muted">{t("staff.text")}</p>
    </Card>
  );
}
