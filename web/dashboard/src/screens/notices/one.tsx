import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button";
import { Select, Switch, TextField } from "../../ui/field";
import { CHANNELS, type Channel } from "../messages/routes";

/** Whether something is told, and on which channels, the first tried first. */
export interface Notice {
  on: boolean;
  channels: Channel[];
  /** So many days ahead, of what is to come. */
  days?: number;
}

interface Props {
  occasion: string;
  notice: Notice;
  disabled: boolean;
  onChange: (notice: Notice) => void;
}

export function OneNotice({ occasion, notice, disabled, onChange }: Props) {
  const { t } = useTranslation();
  const name = t(`occasion.${occasion}`);
  return (
    <div className="flex flex-col gap-2 border-t border-line py-3">
      <Switch
        label={name}
        on={notice.on}
        disabled={disabled}
        onChange={(on) => onChange({ ...notice, on })}
      />
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        {notice.on ? (
          <Channels
            label={name}
            channels={notice.channels}
            disabled={disabled}
            onChange={(channels) => onChange({ ...notice, channels })}
          />
        ) : (
          <span />
        )}
        {notice.on && notice.days !== undefined && (
          <span className="w-28">
            <TextField
              label={t("notice.days")}
              type="number"
              min={1}
              max={90}
              required
              disabled={disabled}
              value={notice.days || ""}
              onChange={({ target }) => onChange({ ...notice, days: target.valueAsNumber || 0 })}
            />
          </span>
        )}
        <Link
          to="/messages/templates/$occasion"
          params={{ occasion }}
          className="text-accent hover:underline"
          aria-label={`${t("message.words")}: ${name}`}
        >
          {t("message.words")}
        </Link>
      </div>
    </div>
  );
}

interface ChannelsProps {
  label: string;
  channels: Channel[];
  disabled: boolean;
  onChange: (channels: Channel[]) => void;
}

/** One after the other: what can't be had by the first goes by the next. */
function Channels({ label, channels, disabled, onChange }: ChannelsProps) {
  const { t } = useTranslation();
  const free = CHANNELS.filter((each) => !channels.includes(each));
  return (
    <ol className="flex flex-wrap items-center gap-2">
      {channels.map((channel, place) => (
        <li key={channel} className="flex items-center gap-2">
          {place > 0 && <span className="text-muted">{t("notice.else")}</span>}
          <span className="inline-flex items-center rounded-full bg-sunken ps-3 shadow-card last:pe-3">
            {t(`message.${channel}`)}
            {channels.length > 1 && !disabled ? (
              <Button
                kind="quiet"
                icon="close"
                aria-label={t("reward.remove", { what: `${label}, ${t(`message.${channel}`)}` })}
                onClick={() => onChange(channels.filter((each) => each !== channel))}
              />
            ) : (
              <span className="py-1.5 pe-3" />
            )}
          </span>
        </li>
      ))}
      {free.length > 0 && !disabled && (
        <li>
          <Select
            bare
            label={`${t("notice.add")}: ${label}`}
            value=""
            options={[
              ["", t("notice.add")] as const,
              ...free.map((each) => [each, t(`message.${each}`)] as const),
            ]}
            onValue={(channel) => channel && onChange([...channels, channel])}
          />
        </li>
      )}
    </ol>
  );
}
