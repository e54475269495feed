import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { Card } from "../../ui/card";
import { DraftForm, useDraft, type Versioned } from "../../ui/draft";
import { tell } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Failed, Loading, Refused } from "../../ui/states";
import { MessageViews } from "../messages/views";
import { type Notice, OneNotice } from "./one";

type Settings = Schemas["NoticeSettings"];

const settingsQuery = queryOptions({
  queryKey: ["notice-settings"],
  queryFn: () => read(api.GET("/v1/api/notifications/settings")),
});

/** What customers are told as it happens, and where. */
export function Notices() {
  const { t } = useTranslation();
  const query = useQuery(settingsQuery);
  return (
    <Page title={t("nav.messages")} subtitle={t("notice.text")}>
      <Card flush>
        <MessageViews at="notices" />
        {query.data ? (
          <Form known={query.data} />
        ) : query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <Loading lines={6} />
        )}
      </Card>
    </Page>
  );
}

function Form({ known }: { known: Schemas["NoticeSettingsView"] }) {
  const { t } = useTranslation();
  const mayChange = useMay("program:write");
  const queries = useQueryClient();
  const saving = useMutation({
    mutationFn: ({ version, value }: Versioned<Settings>) =>
      read(api.PUT("/v1/api/notifications/settings", { body: { version, settings: value } })),
    onSuccess: (answer, sent) => {
      queries.setQueryData(settingsQuery.queryKey, answer);
      held.saved(sent.value, { version: answer.version, value: answer.settings });
      tell(t("notice.saved"));
    },
  });
  const held = useDraft({ version: known.version, value: known.settings }, saving.isPending);
  return (
    <div className="p-4">
      <Refused error={saving.error} />
      <DraftForm held={held} busy={saving.isPending} onSave={(draft) => saving.mutate(draft)}>
        {grouped(held.draft).map(([group, names]) => (
          <fieldset key={group} className="flex flex-col">
            <legend className="pb-1 font-semibold">{t(GROUPS[group] ?? "notice.other")}</legend>
            {names.map((name) => (
              <OneNotice
                key={name}
                occasion={name}
                notice={noticeIn(held.draft, name)}
                disabled={!mayChange}
                onChange={(notice) => held.change({ [name]: notice })}
              />
            ))}
          </fieldset>
        ))}
      </DraftForm>
    </div>
  );
}

/** What the first word of an occasion's name stands for. */
const GROUPS: Record<string, string> = {
  points: "customer.points",
  tier: "nav.tiers",
  reward: "nav.rewards",
  referral: "nav.referrals",
  badge: "game.badges",
  card: "nav.stampCards",
};

/** Whatever the server knows of, by what it is about; new occasions find their place. */
function grouped(settings: Settings): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const name of Object.keys(settings)) {
    const first = name === "stamp_given" ? "card" : (name.split("_")[0] ?? "");
    const group = first in GROUPS ? first : "";
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return [...groups];
}

function noticeIn(settings: Settings, name: string): Notice {
  return settings[name as keyof Settings] as Notice;
}
