import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";

/** What a text message takes: each part is paid for. */
export function Parts({ of: { segments, left, encoding } }: { of: Schemas["PartsView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <p className="text-muted">
      {t("message.parts", { count: segments, shown: format.number(segments) })} ·{" "}
      {t("message.left", { left: format.number(left) })} · {encoding.toUpperCase()}
    </p>
  );
}
