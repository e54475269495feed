import { useMutation } from "@tanstack/react-query";
import { type DragEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Button, buttonClass } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { BYTES_AT_MOST, type Logo, TAKEN, uploadLogo } from "./data";

interface Props {
  /** What the picture is. */
  label: string;
  /** What takes it away again. */
  removing: string;
  logo: Logo | null;
  upload: ReturnType<typeof useUpload>;
  disabled: boolean;
  onRemove: () => void;
}

/** A picture: chosen, or dropped here; sent at once, and seen by customers once it is saved. */
export function LogoField({ label, removing, logo, upload, disabled, onRemove }: Props) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const id = useId();
  const [over, setOver] = useState(false);
  const { mutate, error, isPending, sent } = upload;
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file && !disabled && !isPending) mutate(file);
  };
  return (
    <fieldset
      onDragOver={(event) => {
        event.preventDefault();
        setOver(!disabled);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={`flex flex-wrap items-center gap-4 rounded-lg border border-dashed p-3 ${over ? "border-accent bg-accent-soft" : "border-line-strong"}`}
    >
      <legend className="sr-only">{label}</legend>
      <Shown label={label} logo={logo} />
      <div className="min-w-0 flex-1 basis-52">
        <p aria-hidden="true" className="font-medium">
          {label}
        </p>
        <p id={`${id}-hint`} className="text-xs text-muted">
          {t("branding.logoHint")}
        </p>
        {isPending && <Progress share={sent} />}
        {error && (
          <p role="alert" id={`${id}-error`} className="mt-1 text-xs font-medium text-danger">
            {problem(error)}
          </p>
        )}
        {!disabled && (
          <div className="relative mt-2 flex flex-wrap gap-2">
            <input
              id={id}
              type="file"
              accept={TAKEN.join()}
              disabled={isPending}
              aria-invalid={error ? true : undefined}
              aria-describedby={error ? `${id}-error ${id}-hint` : `${id}-hint`}
              className="peer sr-only"
              onChange={(event) => {
                const file = event.target.files?.[0];
                event.target.value = ""; // the same file may be chosen again
                if (file) mutate(file);
              }}
            />
            <label
              htmlFor={id}
              className={`${buttonClass()} cursor-pointer outline-offset-2 outline-accent peer-focus-visible:outline-2 peer-disabled:opacity-50`}
            >
              {logo ? t("branding.another") : t("branding.choose")}
            </label>
            {logo && (
              <Button kind="quiet" disabled={isPending} onClick={onRemove}>
                {removing}
              </Button>
            )}
          </div>
        )}
      </div>
    </fieldset>
  );
}

function Shown({ label, logo }: { label: string; logo: Logo | null }) {
  return (
    <div className="flex size-24 shrink-0 items-center justify-center overflow-hidden rounded-lg bg-sunken p-2 text-muted shadow-card">
      {logo ? (
        <img
          src={logo.url}
          alt={label}
          width={logo.width}
          height={logo.height}
          className="max-h-full w-auto object-contain"
        />
      ) : (
        <Icon name="picture" large />
      )}
    </div>
  );
}

function Progress({ share }: { share: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = format.percent(Math.floor(share * 100) / 100);
  return (
    <div className="mt-2">
      <p role="status" className="text-xs">
        {t("branding.sending", { share: shown })}
      </p>
      <div aria-hidden="true" className="mt-1 h-1.5 overflow-hidden rounded-full bg-line">
        <div className="h-full rounded-full bg-accent" style={{ inlineSize: `${share * 100}%` }} />
      </div>
    </div>
  );
}

/** Sends what somebody has chosen; only then is it known whether it is a picture. */
export function useUpload(onSent: (logo: Logo) => void) {
  const { t } = useTranslation();
  const [sent, setSent] = useState(0);
  const refuse = (code: string) => {
    throw new ProblemError({ code, detail: t(`problem.${code}`), status: 422 });
  };
  const uploading = useMutation({
    mutationFn: (file: File) => {
      setSent(0);
      // Told before it has gone all the way; what it is inside, the server finds out.
      if (file.size > BYTES_AT_MOST) refuse("LOGO_TOO_LARGE");
      if (file.type === "image/svg+xml") refuse("LOGO_IS_SVG");
      return uploadLogo(file, setSent);
    },
    onSuccess: onSent,
  });
  return { ...uploading, sent };
}
