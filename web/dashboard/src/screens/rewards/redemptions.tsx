import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { GETS } from "../../api/queries";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Select, TextField } from "../../ui/field";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { redemptionsQuery, rewardsQuery } from "./data";
import { OneRedemption } from "./redemption";
import { RedemptionTable } from "./redemption-table";
import type { State } from "./routes";
import { Views } from "./views";
import { useRewardName } from "./worth";

const route = getRouteApi("/frame/rewards/redemptions");

export function Redemptions() {
  const { t } = useTranslation();
  const wanted = route.useSearch();
  const query = useInfiniteQuery(redemptionsQuery(wanted));
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <Page title={t("nav.rewards")}>
      <FindCode onFound={setOpened} />
      <Card flush>
        <Views current="redemptions" />
        <Filter />
        <Listing query={query} empty={<Empty title={t("redemption.none")} />}>
          {(redemptions) => (
            <RedemptionTable redemptions={redemptions} withCustomer onOpen={setOpened} />
          )}
        </Listing>
      </Card>
      {opened && <OneRedemption redemptionId={opened} onClose={() => setOpened(null)} />}
    </Page>
  );
}

/** Somebody stands at the counter with a code: typed as they read it out, or scanned. */
function FindCode({ onFound }: { onFound: (redemptionId: string) => void }) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const finding = useMutation({
    meta: GETS,
    mutationFn: (code: string) => read(api.POST("/v1/api/redemptions/lookup", { body: { code } })),
    onSuccess: (found) => onFound(found.id),
  });
  return (
    <Card title={t("redemption.atCounter")}>
      <form
        className="flex items-start gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          finding.mutate(String(new FormData(event.currentTarget).get("code")).trim());
        }}
      >
        <TextField
          bare
          label={t("redemption.code")}
          placeholder={t("redemption.code")}
          hint={t("redemption.codeHint")}
          error={finding.error ? problem(finding.error) : undefined}
          name="code"
          dir="ltr"
          required
          maxLength={100}
          pattern=".*\S.*"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          onChange={() => finding.isError && finding.reset()}
        />
        <Button type="submit" icon="search" busy={finding.isPending}>
          <span className="max-sm:sr-only">{t("customer.find")}</span>
        </Button>
      </form>
    </Card>
  );
}

function Filter() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const nameOf = useRewardName();
  const { state, reward } = route.useSearch();
  const rewards = useQuery(rewardsQuery).data ?? [];
  const show = (state: State | "" | undefined, reward: string | undefined) =>
    void navigate({
      to: "/rewards/redemptions",
      search: { ...(state ? { state } : {}), ...(reward ? { reward } : {}) },
      replace: true,
    });
  return (
    <div className="grid grid-cols-2 gap-2 border-b border-line p-3 sm:px-4">
      <Select<State | "">
        bare
        label={t("order.state")}
        value={state ?? ""}
        options={[
          ["", t("redemption.anyState")],
          ...(["issued", "used", "expired", "cancelled"] as const).map(
            (each) => [each, t(`redemptionState.${each}`)] as const,
          ),
        ]}
        onValue={(chosen) => show(chosen, reward)}
      />
      <Select
        bare
        label={t("redemption.reward")}
        value={reward ?? ""}
        options={[
          ["", t("redemption.anyReward")],
          ...rewards.map((each) => [each.id, nameOf(each)] as const),
        ]}
        onValue={(chosen) => show(state, chosen)}
      />
    </div>
  );
}
