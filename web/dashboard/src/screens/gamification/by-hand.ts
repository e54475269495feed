import { useQueryClient } from "@tanstack/react-query";
import { api, read } from "../../api/client";

interface Whose {
  customer_id: string;
  badge: string;
}

/** Giving badges by hand, and taking them back: each undoes the other. */
export function useByHand() {
  const queries = useQueryClient();
  const path = "/v1/api/customers/{customer_id}/badges/{badge}" as const;
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: ["gamification"] });
    void queries.invalidateQueries({ queryKey: ["events"] });
  };
  return {
    give: async ({ customer_id, badge, reason }: Whose & { reason: string }) => {
      const params = { path: { customer_id, badge } };
      await read(api.PUT(path, { params, body: { reason } }));
      await refresh();
    },
    take: async ({ customer_id, badge }: Whose) => {
      await read(api.DELETE(path, { params: { path: { customer_id, badge } } }));
      await refresh();
    },
  };
}
