import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMerchant } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, Switch, TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import type { Channel } from "../messages/routes";
import { PROVIDERS, type Provider, providersQuery, type Sender, sendersQuery } from "./data";
import { ProviderFields } from "./fields";

interface Props {
  channel: Channel;
  /** The one to be changed; without it another account is set up. */
  sender?: Sender;
  /** Whether it takes another's place. */
  replaces?: boolean;
  onClose: () => void;
}

/** What an account with a provider needs; secrets go in and never come out. */
export function Editor(props: Props) {
  const { t } = useTranslation();
  const { channel, sender, replaces } = props;
  const query = useQuery(providersQuery);
  const able = query.data?.filter(({ channels, provider }) =>
    sender ? provider === sender.provider : channels.includes(channel),
  );
  return (
    <Dialog
      open
      title={`${t(sender ? "staff.change" : replaces ? "sender.replace" : "sender.setUp")}: ${t(`message.${channel}`)}`}
      text={replaces ? t("sender.replaceText") : undefined}
      onClose={props.onClose}
    >
      {able?.length ? (
        <Form {...props} able={able} />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Loading />
      )}
    </Dialog>
  );
}

function Form({ channel, sender, able, onClose }: Props & { able: Provider[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const merchant = useMerchant();
  const saving = useSaving(channel, sender, onClose);
  const [chosen, setChosen] = useState(able[0]?.provider);
  const [repeats, setRepeats] = useState(sender?.repeats_in_doubt ?? true);
  const provider = able.find((each) => each.provider === chosen) ?? able[0];
  const wrong = saving.error ? (problemOf(saving.error).fields ?? {}) : {};
  if (!provider) return null;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const said = new FormData(event.currentTarget);
        const rate = String(said.get("rate_per_s")).trim();
        saving.mutate({
          provider: provider.provider,
          origin: String(said.get("origin")).trim(),
          name: String(said.get("name")).trim(),
          values: valuesOf(provider, said),
          rate_per_s: rate ? Number(rate) : null,
          repeats_in_doubt: repeats,
        });
      }}
    >
      <Refused error={saving.error} />
      {!sender && (
        <Select
          label={t("sender.provider")}
          value={provider.provider}
          options={able.map((each) => [each.provider, PROVIDERS[each.provider]] as const)}
          onValue={setChosen}
        />
      )}
      <TextField
        label={t(channel === "email" ? "sender.originMail" : "sender.origin")}
        name="origin"
        dir="ltr"
        required
        maxLength={320}
        defaultValue={sender?.origin ?? ""}
        error={wrong.origin}
      />
      {channel === "email" && (
        <TextField
          label={t("sender.name")}
          name="name"
          dir="auto"
          maxLength={100}
          defaultValue={sender?.name ?? merchant?.name ?? ""}
          error={wrong.name}
        />
      )}
      <ProviderFields
        key={provider.provider}
        provider={provider}
        known={sender?.values ?? {}}
        kept={sender !== undefined}
        wrong={wrong}
      />
      <TextField
        label={t("sender.rate")}
        hint={t("sender.rateHint", { rate: format.number(provider.rate_per_s) })}
        name="rate_per_s"
        type="number"
        min="0.01"
        max="10000"
        step="any"
        defaultValue={sender?.rate_per_s ?? ""}
        error={wrong.rate_per_s}
      />
      <Switch label={t("sender.inDoubt")} on={repeats} onChange={setRepeats} />
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" type="submit" busy={saving.isPending}>
          {t("action.save")}
        </Button>
      </DialogActions>
    </form>
  );
}

/** What was entered. A secret that was left empty stays what it was. */
function valuesOf({ fields }: Provider, said: FormData): Record<string, string | null> {
  return Object.fromEntries(
    fields.map(({ name, secret }) => {
      const value = String(said.get(`values.${name}`) ?? "").trim();
      return [name, value === "" && secret ? null : value];
    }),
  );
}

interface Entered {
  provider: Sender["provider"];
  origin: string;
  name: string;
  values: Record<string, string | null>;
  rate_per_s: number | null;
  repeats_in_doubt: boolean;
}

function useSaving(channel: Channel, sender: Sender | undefined, onSaved: () => void) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ provider, ...entered }: Entered) =>
      sender
        ? read(
            api.PUT("/v1/api/notifications/senders/{sender_id}", {
              params: { path: { sender_id: sender.id } },
              body: { ...entered, version: sender.version },
            }),
          )
        : read(
            api.POST("/v1/api/notifications/senders", { body: { ...entered, channel, provider } }),
          ),
    onSuccess: async () => {
      await queries.invalidateQueries(sendersQuery);
      tell(t("sender.saved"));
      onSaved();
    },
  });
}
