import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Checkbox, TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Refused } from "../../ui/states";

/** Take somebody into the program by hand. */
export function Enrol({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [verified, setVerified] = useState(false);
  const enrolling = useMutation({
    mutationFn: (form: FormData) => {
      const given = (name: string) => String(form.get(name)).trim() || null;
      const phone = given("phone");
      return read(
        api.POST("/v1/api/customers", {
          body: {
            name: given("name"),
            email: given("email"),
            phone,
            phone_verified: phone !== null && verified,
            enrol: true,
          },
        }),
      );
    },
    onSuccess: async (customer) => {
      tell(t("customer.added"));
      await queries.invalidateQueries({ queryKey: ["customers"] });
      await navigate({ to: "/customers/$customerId", params: { customerId: customer.id } });
    },
  });
  const fields = enrolling.error ? problemOf(enrolling.error).fields : {};
  return (
    <Dialog open title={t("customer.add")} onClose={onClose}>
      <Refused error={enrolling.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          enrolling.mutate(new FormData(event.currentTarget));
        }}
      >
        <TextField label={t("customer.name")} name="name" maxLength={200} error={fields?.name} />
        <TextField label={t("customer.email")} name="email" type="email" error={fields?.email} />
        <TextField
          label={t("customer.phone")}
          hint={t("customer.phoneHint")}
          name="phone"
          type="tel"
          error={fields?.phone}
        />
        <Checkbox label={t("customer.phoneVerified")} checked={verified} onChange={setVerified} />
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={enrolling.isPending}>
            {t("customer.add")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
