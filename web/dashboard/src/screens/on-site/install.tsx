import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { useShopDomain } from "./data";

/** What a shop's pages need, ready to be copied. */
export function Install() {
  const { t } = useTranslation();
  const domain = useShopDomain();
  const [copied, setCopied] = useState(false);
  if (domain === undefined) return null;
  const tag = `<script async src="${location.origin}/widget/loader.js"\n  data-shop="${domain ?? "example.myshopify.com"}"\n  data-session="/apps/loyalnest/session"></script>`;
  const copy = () =>
    void navigator.clipboard?.writeText(tag).then(
      () => setCopied(true),
      () => undefined,
    );
  return (
    <Card
      title={t("site.install")}
      actions={<Button onClick={copy}>{t(copied ? "site.copied" : "site.copy")}</Button>}
    >
      <p className="mb-2 text-muted">{domain ? t("site.installText") : t("settings.noStores")}</p>
      <pre dir="ltr" className="rounded-lg bg-sunken p-3 text-xs break-all whitespace-pre-wrap">
        {tag}
      </pre>
    </Card>
  );
}
