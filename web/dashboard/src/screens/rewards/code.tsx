import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button";
import { tell } from "../../ui/notice";

/** A code in large letters, to be read out or copied. */
export function Code({ code }: { code: string }) {
  const { t } = useTranslation();
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    tell(t("keys.copied"));
  };
  return (
    <p className="flex flex-wrap items-center justify-between gap-2 rounded-lg bg-sunken p-3 shadow-card">
      <code dir="ltr" className="text-lg font-bold break-all select-all">
        {code}
      </code>
      <Button onClick={() => void copy()}>{t("keys.copy")}</Button>
    </p>
  );
}
