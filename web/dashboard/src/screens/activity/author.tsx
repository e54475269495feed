import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { staffNamesQuery } from "../staff/data";
import type { Event } from "./data";

const OTHERS: Record<string, string> = {
  api_key: "via.api_key",
  cli: "via.command",
  customer: "via.customer",
};

/** Whose doing something was, and from where, as far as it is on record. */
export function Author({ author }: { author: NonNullable<Event["author"]> }) {
  const { t } = useTranslation();
  const mayReadStaff = useMay("staff:read");
  const [kind = "", id = ""] = author.actor.split(":");
  const isStaff = kind === "staff";
  const names = useQuery({ ...staffNamesQuery, enabled: isStaff && mayReadStaff }).data;
  const other = OTHERS[kind];
  const who = isStaff ? (names?.get(id) ?? t("via.staff")) : other ? t(other) : author.actor;
  return (
    <span className="min-w-0 break-words">
      {[who, author.device, author.network].filter(Boolean).map((part, place) => (
        <span key={part}>
          {place > 0 && " · "}
          <bdi>{part}</bdi>
        </span>
      ))}
    </span>
  );
}
