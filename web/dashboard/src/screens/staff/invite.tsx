import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Refused } from "../../ui/states";
import { type LinkMade, type Member, type Role, STAFF, useReach } from "./data";

interface Props {
  /** Somebody who has left and is asked back. */
  again?: Member | undefined;
  onClose: () => void;
}

export function Invite({ again, onClose }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { givable } = useReach();
  const [chosen, setRole] = useState<Role | undefined>(again?.role);
  const role = chosen ?? (givable.includes("staff") ? "staff" : givable[0]);
  const inviting = useMutation({
    mutationFn: (body: { email: string; role: Role }) =>
      read(api.POST("/v1/api/staff/invitations", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: STAFF }),
  });
  if (inviting.data) return <LinkShown made={inviting.data} onClose={onClose} />;
  return (
    <Dialog open title={t("staff.invite")} text={t("staff.inviteText")} onClose={onClose}>
      <Refused error={inviting.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const email = String(new FormData(event.currentTarget).get("email"));
          if (role) inviting.mutate({ email, role });
        }}
      >
        <TextField
          label={t("signIn.email")}
          name="email"
          type="email"
          autoComplete="off"
          defaultValue={again?.email ?? ""}
          error={inviting.error ? problemOf(inviting.error).fields?.email : undefined}
          required
        />
        <RoleSelect value={role} onValue={setRole} />
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={inviting.isPending}>
            {t("staff.link")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The roles that one can give, each of them explained by the table below the list. */
export function RoleSelect({
  value,
  onValue,
}: {
  value: Role | undefined;
  onValue: (role: Role) => void;
}) {
  const { t } = useTranslation();
  const { givable } = useReach();
  return (
    <Select
      label={t("staff.role")}
      value={value ?? ("" as Role)}
      options={givable.map((role) => [role, t(`role.${role}`)] as const)}
      onValue={onValue}
    />
  );
}

/** A way in that is shown once, to be sent by whoever made it. */
export function LinkShown({ made, onClose }: { made: LinkMade; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const address = new URL(made.path, window.location.origin).href;
  const copy = async () => {
    await navigator.clipboard.writeText(address);
    tell(t("keys.copied"));
  };
  return (
    <Dialog
      open
      title={`${t("staff.linkFor")}: ${made.member.name ?? made.member.email ?? ""}`}
      text={t("staff.linkText", { date: format.instant(made.expires_at) })}
      onClose={onClose}
    >
      <p className="rounded-lg bg-sunken p-3 shadow-card">
        <code dir="ltr" className="break-all select-all">
          {address}
        </code>
      </p>
      <DialogActions>
        <Button onClick={() => void copy()}>{t("keys.copy")}</Button>
        <Button kind="primary" onClick={onClose}>
          {t("action.close")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
