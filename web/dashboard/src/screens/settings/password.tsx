import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { forget } from "../../api/session";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { TextField } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Refused } from "../../ui/states";

/** Both end every session of the person who asks, this one too. */
export function Password() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const leave = () => {
    forget();
    queries.clear();
  };
  const changing = useMutation({
    mutationFn: (form: FormData) =>
      read(
        api.PUT("/v1/api/auth/password", {
          body: {
            current_password: String(form.get("current")),
            new_password: String(form.get("new")),
          },
        }),
      ),
    onSuccess: () => {
      tell(t("settings.passwordChanged"));
      leave();
    },
  });
  const leaving = useMutation({
    mutationFn: () => read(api.POST("/v1/api/auth/logout-everywhere")),
    onSuccess: leave,
    onError: (error) => warn(problem(error)),
  });
  return (
    <Card title={t("settings.password")}>
      <Refused error={changing.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          changing.mutate(new FormData(event.currentTarget));
        }}
      >
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <TextField
            label={t("settings.current")}
            name="current"
            type="password"
            autoComplete="current-password"
            required
          />
          <TextField
            label={t("settings.new")}
            hint={t("settings.newHint")}
            name="new"
            type="password"
            autoComplete="new-password"
            minLength={12}
            maxLength={256}
            required
            error={changing.error ? problemOf(changing.error).fields?.new_password : undefined}
          />
        </div>
        <div className="flex flex-wrap justify-end gap-2">
          <Button busy={leaving.isPending} onClick={() => leaving.mutate()}>
            {t("settings.everywhere")}
          </Button>
          <Button kind="primary" type="submit" busy={changing.isPending}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Card>
  );
}
