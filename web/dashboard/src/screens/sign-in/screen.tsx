import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { bridge } from "../../api/bridge";
import { signIn } from "../../api/session";
import { Outside } from "../../shell/outside";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Refused } from "../../ui/states";

const route = getRouteApi("/sign-in");

export function SignIn() {
  const { t } = useTranslation();
  const { next } = route.useSearch();
  const router = useRouter();
  const entering = useMutation({
    mutationFn: (form: FormData) => {
      const merchant = String(form.get("merchant")).trim();
      return signIn({
        email: String(form.get("email")),
        password: String(form.get("password")),
        ...(merchant ? { merchant } : {}),
      });
    },
    onSuccess: () => router.history.push(router.options.basepath + (next ?? "/")),
  });
  return (
    <Outside title={t("signIn.title")}>
      {bridge && <p className="mb-4 text-muted">{t("signIn.inShopify")}</p>}
      <Refused error={entering.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          entering.mutate(new FormData(event.currentTarget));
        }}
      >
        <TextField
          label={t("signIn.email")}
          name="email"
          type="email"
          autoComplete="username"
          required
        />
        <TextField
          label={t("signIn.password")}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        <TextField label={t("signIn.merchant")} name="merchant" autoComplete="organization" />
        <Button kind="primary" type="submit" busy={entering.isPending}>
          {t("signIn.title")}
        </Button>
      </form>
    </Outside>
  );
}
