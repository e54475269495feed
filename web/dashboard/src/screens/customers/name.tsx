import { useTranslation } from "react-i18next";
import type { Customer } from "./data";

/** What a customer is called: by name, or by what else is known. */
export function useNameOf(): (customer: Customer) => string {
  const { t } = useTranslation();
  return (customer) => {
    if (customer.erased_at) return t("customer.erased");
    return customer.name ?? customer.email ?? customer.phone ?? t("customer.anonymous");
  };
}

export function Initial({ name }: { name: string }) {
  return (
    <span
      aria-hidden="true"
      className="flex size-9 shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent uppercase"
    >
      {[...name.trim()][0] ?? "·"}
    </span>
  );
}
