import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useProblemText } from "../../i18n/problems";
import { tell, warn } from "../../ui/notice";
import type { Referral } from "./data";

interface Said {
  referral: Referral;
  word: "approve" | "reject";
  note?: string;
}

/** Say yes or no to a referral; the word can be taken back. */
export function useDeciding() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const refresh = async () => {
    void queries.invalidateQueries({ queryKey: ["customers"] });
    void queries.invalidateQueries({ queryKey: ["events"] });
    await queries.invalidateQueries({ queryKey: ["referrals"] });
  };
  const takeBack = async ({ referral }: Said) => {
    const path = { referral_id: referral.referral_id };
    try {
      await read(
        api.POST("/v1/api/referrals/{referral_id}/reconsider", { params: { path }, body: {} }),
      );
      tell(t("referral.takenBack"));
      await refresh();
    } catch (error) {
      warn(problem(error));
    }
  };
  return useMutation({
    mutationFn: async ({ referral, word, note }: Said) => {
      const params = { path: { referral_id: referral.referral_id } };
      const body = note ? { note } : {};
      await (word === "approve"
        ? read(api.POST("/v1/api/referrals/{referral_id}/approve", { params, body }))
        : read(api.POST("/v1/api/referrals/{referral_id}/reject", { params, body })));
      await refresh();
    },
    onSuccess: (_, said) =>
      tell(t(said.word === "approve" ? "referral.approved" : "referral.declined"), () => {
        void takeBack(said);
      }),
    onError: (error) => warn(problem(error)),
  });
}
