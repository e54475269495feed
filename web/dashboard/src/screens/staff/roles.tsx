import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Card } from "../../ui/card";
import { Failed, Loading } from "../../ui/states";
import { rolesQuery } from "./data";

/** What each role may do, as the server holds it: areas down, roles across. */
export function Roles() {
  const { t } = useTranslation();
  const query = useQuery(rolesQuery);
  const roles = query.data?.items ?? [];
  const areas = [
    ...new Set(roles.flatMap(({ scopes }) => scopes.map((scope) => scope.split(":", 1)[0] ?? ""))),
  ];
  return (
    <Card flush title={t("staff.rolesTitle")}>
      {query.isPending ? (
        <Loading />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <section
          aria-label={t("staff.rolesTitle")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
          tabIndex={0}
          // What only screen readers are told would else stand beside what scrolls, and widen the page.
          className="relative overflow-x-auto -outline-offset-2"
        >
          <table className="w-full border-collapse max-sm:text-xs">
            <caption className="sr-only">{t("staff.rolesTitle")}</caption>
            <thead>
              <tr className="bg-sunken text-xs text-muted">
                <td />
                {roles.map(({ role }) => (
                  <th key={role} scope="col" className="px-2 py-2 text-start font-medium sm:px-4">
                    {t(`role.${role}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {areas.map((area) => (
                <tr key={area} className="border-t border-line">
                  <th scope="row" className="px-3 py-2.5 text-start font-medium sm:px-4">
                    {t(`area.${area}`)}
                  </th>
                  {roles.map(({ role, scopes }) => (
                    <td key={role} className="px-2 py-2.5 sm:px-4">
                      <Extent area={area} scopes={scopes} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Card>
  );
}

function Extent({ area, scopes }: { area: string; scopes: readonly string[] }) {
  const { t } = useTranslation();
  if (scopes.includes(`${area}:write`)) return <>{t("staff.change")}</>;
  if (scopes.includes(`${area}:read`)) return <span className="text-muted">{t("staff.see")}</span>;
  return (
    <>
      <span aria-hidden="true" className="text-muted">
        –
      </span>
      <span className="sr-only">{t("staff.nothing")}</span>
    </>
  );
}
