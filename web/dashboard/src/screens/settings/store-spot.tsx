import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { bothIn, type Draft, degrees } from "./store-draft";

const PATIENCE_MS = 15_000;
/** So many places after the point are about a metre. */
const PLACES = 5;

type Spot = Pick<Draft, "latitude" | "longitude">;
type Found = { accuracy: number } | "denied" | "unknown";

interface Props extends Spot {
  disabled: boolean;
  fields: Record<string, string>;
  onChange: (spot: Partial<Spot>) => void;
}

/** Where a store is, in degrees as maps give them, or as the device in one's hand knows. */
export function SpotOnEarth({ latitude, longitude, disabled, fields, onChange }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [asking, setAsking] = useState(false);
  const [found, setFound] = useState<Found>();
  const ask = () => {
    setAsking(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setAsking(false);
        setFound({ accuracy: Math.round(coords.accuracy) });
        onChange({
          latitude: coords.latitude.toFixed(PLACES),
          longitude: coords.longitude.toFixed(PLACES),
        });
      },
      ({ code, PERMISSION_DENIED }) => {
        setAsking(false);
        setFound(code === PERMISSION_DENIED ? "denied" : "unknown");
      },
      { enableHighAccuracy: true, timeout: PATIENCE_MS },
    );
  };
  const one = (name: keyof Spot, value: string, most: number) => (
    <TextField
      label={t(`place.${name}`)}
      inputMode="decimal"
      dir="ltr"
      autoComplete="off"
      maxLength={60}
      value={value}
      error={within(value, most) ? fields[name] : t("place.wrong", { most: format.number(most) })}
      onChange={({ target }) => {
        setFound(undefined);
        onChange(bothIn(target.value) ?? { [name]: target.value });
      }}
    />
  );
  return (
    <fieldset disabled={disabled} className="flex flex-col gap-4">
      <legend className="sr-only">{t("place.where")}</legend>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        {one("latitude", latitude, 90)}
        {one("longitude", longitude, 180)}
      </div>
      {!disabled && "geolocation" in navigator && (
        <div className="flex flex-wrap items-center gap-3">
          <Button busy={asking} onClick={ask}>
            {t("place.here")}
          </Button>
          <p role="status" className="min-w-0 text-muted">
            {found === "denied" || found === "unknown"
              ? t(`place.${found}`)
              : found && t("place.accuracy", { metres: format.number(found.accuracy) })}
          </p>
        </div>
      )}
    </fieldset>
  );
}

function within(text: string, most: number): boolean {
  const value = degrees(text);
  return value === null || Math.abs(value) <= most;
}
