import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Card } from "../../ui/card";
import { Page } from "../../ui/page";
import { Failed, Loading } from "../../ui/states";
import { CHANNELS } from "../messages/routes";
import { MessageViews } from "../messages/views";
import { OneChannel } from "./channel";
import { sendersQuery } from "./data";
import { Tests } from "./tests";

/** Who carries the merchant's messages on each channel, and how they get on. */
export function Senders() {
  const { t } = useTranslation();
  const query = useQuery(sendersQuery);
  return (
    <Page title={t("nav.messages")} subtitle={t("sender.text")}>
      <Card flush>
        <MessageViews at="senders" />
        {!query.data &&
          (query.isError ? (
            <Failed error={query.error} onRetry={() => query.refetch()} />
          ) : (
            <Loading lines={6} />
          ))}
      </Card>
      {query.data &&
        CHANNELS.map((channel) => (
          <OneChannel
            key={channel}
            channel={channel}
            sender={query.data.find((each) => each.channel === channel)}
          />
        ))}
      <Tests />
    </Page>
  );
}
