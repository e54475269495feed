import * as Radix from "@radix-ui/react-dialog";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon";

interface Props {
  title: string;
  text?: string | undefined;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A question in front of everything else: focus stays inside, Escape closes it, and focus goes
 * back to whatever asked it. */
export function Dialog({ title, text, open, onClose, children }: Props) {
  const { t } = useTranslation();
  const [cause] = useState(() => document.activeElement);
  return (
    <Radix.Root open={open} onOpenChange={(now) => now || onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Radix.Content
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (cause instanceof HTMLElement) cause.focus();
          }}
          {...(text ? {} : { "aria-describedby": undefined })}
          className="fixed inset-x-0 bottom-0 z-50 mx-auto max-h-[90dvh] w-full max-w-lg overflow-y-auto rounded-t-2xl bg-card p-4 shadow-card sm:bottom-auto sm:top-[12dvh] sm:rounded-2xl sm:p-5"
        >
          <div className="mb-3 flex items-start justify-between gap-4">
            <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
            <Radix.Close
              aria-label={t("action.close")}
              className="-m-1.5 rounded-lg p-1.5 text-muted hover:bg-sunken"
            >
              <Icon name="close" />
            </Radix.Close>
          </div>
          {text && <Radix.Description className="mb-4 text-muted">{text}</Radix.Description>}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}
