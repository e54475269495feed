import { type ComponentProps, lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMerchant } from "../api/program";

const AccountMenu = lazy(() => import("./account-menu"));

/** The menu behind the merchant's initial. What it needs is fetched when somebody opens it. */
export function Account() {
  const [asked, setAsked] = useState(false);
  if (!asked) return <AccountButton aria-expanded={false} onClick={() => setAsked(true)} />;
  return (
    <Suspense fallback={<AccountButton aria-expanded={false} />}>
      <AccountMenu />
    </Suspense>
  );
}

export function AccountButton(props: ComponentProps<"button">) {
  const { t } = useTranslation();
  const merchant = useMerchant();
  return (
    <button
      type="button"
      aria-haspopup="menu"
      {...props}
      aria-label={t("app.account")}
      className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-[#63cdb9] font-semibold text-[#10231f] uppercase focus-visible:outline-white"
    >
      {merchant?.name.slice(0, 1) ?? "·"}
    </button>
  );
}
