import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { tell, warn } from "../../ui/notice";
import { Refused } from "../../ui/states";
import { type Member, STAFF } from "./data";
import { LinkShown, RoleSelect } from "./invite";

interface Props {
  member: Member;
  onClose: () => void;
}

/** What can be done about one of the staff; what can be taken back is, by the notice it leaves. */
export function Manage({ member, onClose }: Props) {
  const { t } = useTranslation();
  const [removing, setRemoving] = useState(false);
  const acts = useActs(member, onClose);
  const [role, setRole] = useState(member.role);
  if (acts.link.data) return <LinkShown made={acts.link.data} onClose={onClose} />;
  if (removing) return <Remove member={member} onClose={onClose} />;
  const suspended = member.state === "suspended";
  const invited = member.state === "invited";
  const failed = [acts.change, acts.link, acts.away, acts.out].find(({ error }) => error);
  return (
    <Dialog
      open
      title={nameOf(member)}
      text={(member.name && member.email) ?? undefined}
      onClose={onClose}
    >
      <Refused error={failed?.error} />
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          acts.change.mutate(role);
        }}
      >
        <RoleSelect value={role} onValue={setRole} />
        <Button
          kind="primary"
          type="submit"
          disabled={role === member.role}
          busy={acts.change.isPending}
        >
          {t("action.save")}
        </Button>
      </form>
      <div className="mt-5 flex flex-wrap gap-2 border-t border-line pt-4">
        {!suspended && (
          <Button busy={acts.link.isPending} onClick={() => acts.link.mutate()}>
            {t(invited ? "staff.newLink" : "staff.resetLink")}
          </Button>
        )}
        {member.state === "active" && (
          <Button busy={acts.out.isPending} onClick={() => acts.out.mutate()}>
            {t("settings.everywhere")}
          </Button>
        )}
        <Button busy={acts.away.isPending} onClick={() => acts.away.mutate(!suspended)}>
          {t(suspended ? "staff.restore" : "staff.suspend")}
        </Button>
        <Button onClick={() => setRemoving(true)}>{t("staff.remove")}</Button>
      </div>
    </Dialog>
  );
}

function Remove({ member, onClose }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const removing = useMutation({
    mutationFn: () =>
      read(api.DELETE("/v1/api/staff/{staff_id}", { params: { path: { staff_id: member.id } } })),
    onSuccess: async () => {
      tell(t("staff.removed", { name: nameOf(member) }));
      onClose();
      await queries.invalidateQueries({ queryKey: STAFF });
    },
  });
  return (
    <Dialog
      open
      title={`${t("staff.remove")}: ${nameOf(member)}`}
      text={t("staff.removeText")}
      onClose={onClose}
    >
      <Refused error={removing.error} />
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="danger" busy={removing.isPending} onClick={() => removing.mutate()}>
          {t("staff.remove")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function nameOf(member: Member): string {
  return member.name ?? member.email ?? "";
}

function useActs(member: Member, onClose: () => void) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const problem = useProblemText();
  const params = { path: { staff_id: member.id } };
  const name = nameOf(member);
  const reload = () => queries.invalidateQueries({ queryKey: STAFF });
  const give = (role: Member["role"]) =>
    read(api.PUT("/v1/api/staff/{staff_id}/role", { params, body: { role } }));
  const keepOut = (out: boolean) =>
    read(
      out
        ? api.PUT("/v1/api/staff/{staff_id}/suspension", { params })
        : api.DELETE("/v1/api/staff/{staff_id}/suspension", { params }),
    );
  const back = (undo: () => Promise<unknown>) => () =>
    void undo()
      .then(reload)
      .catch((error: unknown) => warn(problem(error)));
  const done = (text: string, undo?: () => Promise<unknown>) => {
    tell(text, undo && back(undo));
    onClose();
    return reload();
  };
  return {
    change: useMutation({
      mutationFn: give,
      onSuccess: () => done(t("staff.roleChanged"), () => give(member.role)),
    }),
    away: useMutation({
      mutationFn: keepOut,
      onSuccess: (_, out) =>
        done(t(out ? "staff.suspended" : "staff.restored", { name }), () => keepOut(!out)),
    }),
    out: useMutation({
      mutationFn: () => read(api.DELETE("/v1/api/staff/{staff_id}/sessions", { params })),
      onSuccess: () => done(t("staff.signedOut", { name })),
    }),
    link: useMutation({
      mutationFn: () => read(api.POST("/v1/api/staff/{staff_id}/link", { params })),
      onSuccess: reload,
    }),
  };
}
