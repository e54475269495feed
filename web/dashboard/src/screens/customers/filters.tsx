import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Select } from "../../ui/field";
import { SEGMENTS } from "../segments/data";
import { tiersQuery } from "../tiers/data";
import type { Wanted } from "./data";

/** The list by where people stand; a search by words begins anew without it. */
export function Filters({ wanted: { tier, segment } }: { wanted: Wanted }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const mayRead = useMay("program:read");
  const tiers = useQuery({ ...tiersQuery, enabled: mayRead });
  const all = ["", t("order.all")] as const;
  const go = (change: { tier?: string; segment?: string }) => {
    const next = { tier: tier ?? "", segment: segment ?? "", ...change };
    void navigate({
      to: "/customers",
      search: {
        ...(next.tier ? { tier: next.tier } : {}),
        ...(next.segment ? { segment: next.segment } : {}),
      },
    });
  };
  return (
    <div className="flex flex-wrap gap-3 px-3 pb-3 sm:max-w-lg sm:flex-nowrap sm:px-4">
      {tiers.data?.ladder.enabled && (
        <Select
          label={t("standing.tier")}
          value={tier ?? ""}
          options={[
            all,
            ...tiers.data.ladder.tiers.map(
              (each) => [each.key, each.names?.[i18n.language] || each.name] as const,
            ),
          ]}
          onValue={(value) => go({ tier: value })}
        />
      )}
      <Select
        label={t("rfm.segment")}
        value={segment ?? ""}
        options={[all, ...SEGMENTS.map((each) => [each, t(`segment.${each}`)] as const)]}
        onValue={(value) => go({ segment: value })}
      />
    </div>
  );
}
