import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { Card } from "../../ui/card";
import { Select } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import {
  APPROVALS,
  type Approval,
  noteApproval,
  type TemplateView,
  templateQuery,
  type Which,
} from "./data";

/** What to hand in at the provider of WhatsApp, and what it says of it. */
export function ApprovalCard({ which, template }: { which: Which; template: TemplateView }) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const mayWrite = useMay("program:write");
  const noting = useMutation({
    mutationFn: (approval: Approval) => noteApproval(which, approval),
    onSuccess: (now) => {
      queries.setQueryData(templateQuery(which).queryKey, now);
      tell(t("earning.saved"));
    },
    onError: (error) => warn(problem(error)),
  });
  return (
    <Card title={t("message.submitted")}>
      <div className="flex flex-col gap-4">
        <p className="text-muted">{t("message.submittedText")}</p>
        <pre className="rounded-lg bg-sunken p-3 font-sans break-words whitespace-pre-wrap">
          <bdi>{template.submitted}</bdi>
        </pre>
        <Select
          label={t("message.approval")}
          value={template.approval ?? "unsubmitted"}
          options={APPROVALS.map((each) => [each, t(`message.${each}`)] as const)}
          disabled={!mayWrite || noting.isPending}
          onValue={(approval) => noting.mutate(approval)}
        />
      </div>
    </Card>
  );
}
