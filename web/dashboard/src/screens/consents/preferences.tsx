import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { LANGUAGES } from "../../i18n/languages";
import { Button } from "../../ui/button";
import { Facts } from "../../ui/card";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, TextField } from "../../ui/field";
import { Failed, Loading } from "../../ui/states";
import {
  CHANNELS,
  type Channel,
  type Preferences,
  preferencesQuery,
  useChannelName,
  usePreferring,
} from "./data";

/** How a customer wants to be written to. */
export function PreferencesOf({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const mayChange = useMay("customers:write");
  const nameOf = useChannelName();
  const query = useQuery(preferencesQuery(customerId));
  const [changing, setChanging] = useState(false);
  if (query.isError) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data) return <Loading />;
  const { language, channels = [], quiet_hours: quiet, time_zone } = query.data;
  const usual = <span className="text-muted">{t("consent.usual")}</span>;
  return (
    <section className="flex flex-col gap-3 border-t border-line p-4">
      <h3 className="flex flex-wrap items-center justify-between gap-2 font-semibold">
        {t("consent.prefers")}
        {mayChange && <Button onClick={() => setChanging(true)}>{t("staff.change")}</Button>}
      </h3>
      <Facts
        items={[
          [
            t("customer.language"),
            (language && LANGUAGES[language as keyof typeof LANGUAGES]) || usual,
          ],
          [t("consent.first"), channels.length ? channels.map(nameOf).join(", ") : usual],
          [
            t("consent.quiet"),
            quiet ? (
              <bdi key="quiet" dir="ltr">
                {quiet.starts.slice(0, 5)}–{quiet.ends.slice(0, 5)}
              </bdi>
            ) : (
              usual
            ),
          ],
          [t("settings.timeZone"), time_zone || usual],
        ]}
      />
      {changing && (
        <Change customerId={customerId} known={query.data} onClose={() => setChanging(false)} />
      )}
    </section>
  );
}

interface Props {
  customerId: string;
  known: Preferences;
  onClose: () => void;
}

function Change({ customerId, known, onClose }: Props) {
  const { t } = useTranslation();
  const nameOf = useChannelName();
  const preferring = usePreferring(customerId, known);
  const [language, setLanguage] = useState(known.language ?? "");
  const [first, setFirst] = useState<Channel | "">(known.channels?.[0] ?? "");
  const hours = known.quiet_hours;
  const usual = ["", t("consent.usual")] as const;
  return (
    <Dialog open title={t("consent.prefers")} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const [starts, ends] = ["starts", "ends"].map((name) => String(form.get(name)));
          const rest = (known.channels ?? []).filter((it) => it !== first);
          preferring.mutate(
            {
              language: language || null,
              channels: first ? [first, ...rest] : [],
              quiet_hours: starts && ends ? { starts, ends } : null,
              time_zone: String(form.get("zone")).trim() || null,
            },
            { onSuccess: onClose },
          );
        }}
      >
        <Select
          label={t("customer.language")}
          value={language}
          options={[usual, ...Object.entries(LANGUAGES)]}
          onValue={setLanguage}
        />
        <Select
          label={t("consent.first")}
          value={first}
          options={[usual, ...CHANNELS.map((it) => [it, nameOf(it)] as const)]}
          onValue={setFirst}
        />
        <fieldset className="grid grid-cols-2 gap-4">
          <legend className="mb-1 font-medium">{t("consent.quiet")}</legend>
          {(["starts", "ends"] as const).map((name) => (
            <TextField
              key={name}
              label={t(`consent.${name}`)}
              name={name}
              type="time"
              defaultValue={hours?.[name].slice(0, 5) ?? ""}
            />
          ))}
        </fieldset>
        <TextField
          label={t("settings.timeZone")}
          name="zone"
          dir="ltr"
          maxLength={64}
          placeholder="Europe/Berlin"
          list="zones"
          defaultValue={known.time_zone ?? ""}
        />
        <datalist id="zones">
          {Intl.supportedValuesOf("timeZone").map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={preferring.isPending}>
            {t("action.save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
