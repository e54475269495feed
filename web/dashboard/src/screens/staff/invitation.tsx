import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useRouter, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, problemOf, read, type Schemas } from "../../api/client";
import { join } from "../../api/session";
import { useProblemText } from "../../i18n/problems";
import { Outside } from "../../shell/outside";
import { Button, buttonClass } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Failed, Loading, Refused } from "../../ui/states";

/** Where a link leads by which somebody joins, or sets a new password. What it carries stands
 * behind the #, which no server and no other page gets to see; it is sent in a body alone. */
export function Invitation() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const token = useRouterState({ select: ({ location }) => location.hash });
  const query = useQuery({
    queryKey: ["link", token],
    queryFn: () => read(api.POST("/v1/api/auth/links/read", { body: { token } })),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (query.data) return <Form token={token} link={query.data} />;
  if (token && query.isPending) {
    return (
      <Outside title={t("join.checking")}>
        <Loading lines={3} />
      </Outside>
    );
  }
  const refused = problemOf(query.error);
  if (query.isError && (refused.status === 0 || refused.status >= 500)) {
    return (
      <Outside title={t("join.checking")}>
        <Failed error={query.error} onRetry={() => query.refetch()} />
      </Outside>
    );
  }
  return (
    <Outside title={t("join.broken")}>
      <p role="alert" className="mb-4">
        {token ? problem(query.error) : t("join.incomplete")}
      </p>
      <Link to="/sign-in" search={{}} className={buttonClass()}>
        {t("signIn.title")}
      </Link>
    </Outside>
  );
}

function Form({ token, link }: { token: string; link: Schemas["LinkView"] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const router = useRouter();
  const using = useMutation({
    mutationFn: (form: FormData) =>
      join({
        token,
        password: String(form.get("password")),
        ...(link.joining ? { name: String(form.get("name")).trim() } : {}),
      }),
    onSuccess: () => {
      queries.clear();
      // The link is used up: going back shall not lead to it.
      router.history.replace(`${router.options.basepath}/`);
    },
  });
  return (
    <Outside
      title={link.joining ? t("join.title", { merchant: link.merchant }) : t("join.resetTitle")}
    >
      <p className="mb-4 text-muted">
        {link.joining ? t("join.text", { role: t(`role.${link.role}`) }) : link.merchant}
      </p>
      <Refused error={using.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          using.mutate(new FormData(event.currentTarget));
        }}
      >
        <TextField
          label={t("signIn.email")}
          type="email"
          autoComplete="username"
          value={link.email}
          readOnly
        />
        {link.joining && (
          <TextField
            label={t("join.name")}
            name="name"
            autoComplete="name"
            defaultValue={link.name ?? ""}
            maxLength={200}
            pattern=".*\S.*"
            required
          />
        )}
        <TextField
          label={t("settings.new")}
          hint={t("settings.newHint")}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          maxLength={256}
          required
        />
        <Button kind="primary" type="submit" busy={using.isPending}>
          {link.joining ? t("join.join") : t("action.save")}
        </Button>
      </form>
    </Outside>
  );
}
