import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { Awaited } from "../../ui/awaited";
import { DraftForm, useDraft } from "../../ui/draft";
import { tell, warn } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Loading, Refused } from "../../ui/states";
import { StandingBadge } from "../on-site/standing";
import { type Perk, perkQuery, perksQuery, savePerk } from "./data";
import { type Draft, draftOf, EMPTY, termsOf } from "./draft";
import { Gift, Holders, type Part } from "./fields";
import { lasting } from "./list";
import { Preview } from "./preview";

const route = getRouteApi("/frame/tiers/perks/$perkId");

export function NewPerk() {
  const { t } = useTranslation();
  const zone = useMerchant()?.time_zone;
  return (
    <Page title={t("perk.new")} back="/tiers/perks">
      {zone ? <Form zone={zone} /> : <Loading />}
    </Page>
  );
}

export function EditPerk() {
  const { perkId } = route.useParams();
  const { t } = useTranslation();
  const zone = useMerchant()?.time_zone;
  const query = useQuery(perkQuery(perkId));
  const perk = query.data;
  if (perk && zone) {
    return (
      <Page
        title={perk.terms.name}
        subtitle={<StandingBadge of={lasting(perk)} />}
        back="/tiers/perks"
      >
        <Form key={perkId} zone={zone} perk={perk} />
      </Page>
    );
  }
  return <Awaited query={query} title={t("perk.title")} back="/tiers/perks" lines={6} />;
}

/** A new perk, or one as it will be from now on. */
function Form({ zone, perk }: { zone: string; perk?: Perk }) {
  const navigate = useNavigate();
  const disabled = !useMay("program:write");
  const known = (it: Perk) => ({ version: it.version, value: draftOf(it, zone) });
  const saving = useSave(zone, (sent, saved, before) =>
    before
      ? held.saved(sent, known(saved))
      : void navigate({ to: "/tiers/perks", ignoreBlocker: true }),
  );
  const held = useDraft<Draft>(perk ? known(perk) : { version: 0, value: EMPTY }, saving.isPending);
  const part: Part = {
    draft: held.draft,
    disabled,
    fields: fieldsOf(saving.error),
    onChange: held.change,
  };
  return (
    <DraftForm
      held={held}
      busy={saving.isPending}
      onSave={({ value, version }) => saving.mutate({ draft: value, version, before: perk })}
    >
      <Refused error={saving.error} />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[2fr_1fr]">
        <fieldset disabled={disabled} className="flex min-w-0 flex-col gap-4">
          <Gift {...part} />
          <Holders {...part} />
        </fieldset>
        <div className="min-w-0 lg:sticky lg:top-18">
          <Preview draft={held.draft} />
        </div>
      </div>
    </DraftForm>
  );
}

interface Sent {
  draft: Draft;
  version: number;
  /** What it replaces, to be taken up again. */
  before: Perk | undefined;
}

function useSave(
  zone: string,
  onSaved: (sent: Draft, saved: Perk, before: Perk | undefined) => void,
) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const keep = (saved: Perk) => {
    queries.setQueryData(perkQuery(saved.id).queryKey, saved);
    void queries.invalidateQueries({ queryKey: perksQuery.queryKey });
  };
  const undo = (before: Perk, saved: Perk) => () => {
    savePerk(saved, before.terms, before.state).then(
      (again) => {
        keep(again);
        tell(t("adjust.undone"));
      },
      (error: unknown) => warn(problem(error)),
    );
  };
  return useMutation({
    mutationFn: ({ draft, version, before }: Sent) => {
      const [terms, { state }] = [termsOf(draft, zone, before?.terms), draft];
      if (before) return savePerk({ id: before.id, version }, terms, state);
      return read(api.POST("/v1/api/content/perks", { body: { terms, state } }));
    },
    onSuccess: (saved, { draft, before }) => {
      onSaved(draft, saved, before);
      keep(saved);
      tell(t("earning.saved"), before && undo(before, saved));
    },
    onError: (_, { before }) => {
      // Somebody else may have saved: who discards their own begins again from that.
      if (before) void queries.invalidateQueries({ queryKey: perkQuery(before.id).queryKey });
    },
  });
}

/** What was wrong, by the path below the perk's terms. */
function fieldsOf(error: unknown): Record<string, string> {
  if (!error) return {};
  const { code, detail, fields } = problemOf(error);
  if (code === "REWARD_FOR_OTHERS_TOO") return { reward_id: detail };
  return Object.fromEntries(
    Object.entries(fields ?? {}).map(([name, text]) => [
      name.replace(/^terms\./, "").replace(/^texts\./, "descriptions."),
      text,
    ]),
  );
}
