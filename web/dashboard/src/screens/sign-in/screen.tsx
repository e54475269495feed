import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { signIn } from "../../api/session";
import { chooseLanguage } from "../../i18n";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Button } from "../../ui/button";
import { Select, TextField } from "../../ui/field";
import { Refused } from "../../ui/states";

const route = getRouteApi("/sign-in");

export function SignIn() {
  const { t, i18n } = useTranslation();
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
  useEffect(() => {
    document.title = `${t("signIn.title")} · LoyalNest`;
  }, [t]);
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-4 px-4 py-8">
      <img
        src={new URL("../../mark.svg", import.meta.url).href}
        alt="LoyalNest"
        className="size-11"
      />
      <div className="rounded-2xl bg-card p-5 shadow-card">
        <h1 className="mb-4 text-xl font-bold">{t("signIn.title")}</h1>
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
      </div>
      <Select
        bare
        label={t("settings.language")}
        value={i18n.language as Language}
        options={Object.entries(LANGUAGES) as [Language, string][]}
        onValue={(language) => void chooseLanguage(language)}
      />
    </main>
  );
}
