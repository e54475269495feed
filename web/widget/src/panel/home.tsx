import { friendsCode } from "../memory";
import type { Mounted } from "../types";
import type { Words } from "../words";
import type { Standing } from "./account";
import { earnings } from "./earn";
import { Card, Own, Pairs, Progress, titleOf } from "./panel";
import { useWithin, type View } from "./within";

/** What a member has, what is near, and the way to everything else. */
export function Home() {
  const { account, words, it } = useWithin();
  if (!account) return null;
  const points = account.own.accounts.find((each) => each.unit === "points");
  const { available = 0, pending = 0, debt = 0, lapsing = [] } = points ?? {};
  const soonest = lapsing[0];
  const next = account.offers
    .filter((each) => !each.affordable && !each.obstacle)
    .sort((one, other) => one.missing - other.missing)[0];
  const ready = account.offers.filter((each) => each.affordable && !each.obstacle).length;
  const rests = resting(words, it);
  return (
    <>
      <section class="hero">
        <p>{words.say("balance")}</p>
        <p class="large">{words.amount(available)}</p>
        {pending > 0 && <p>{words.say("pending", { points: words.amount(pending) })}</p>}
        {debt > 0 && <p>{words.say("debt", { points: words.amount(debt) })}</p>}
        {soonest && (
          <p>
            {words.say("lapses", {
              points: words.amount(soonest.points),
              date: words.date(soonest.at),
            })}
          </p>
        )}
      </section>
      {rests && <Card>{rests}</Card>}
      <Notes audience="member" />
      {next && (
        <Card>
          <p>{words.say("toReward", { points: words.amount(next.missing), reward: next.name })}</p>
          <Progress done={next.cost - next.missing} of={next.cost} label={next.name} />
        </Card>
      )}
      {account.own.tier && <Tier standing={account.own.tier} />}
      <nav>
        {account.offers.length > 0 && <Door to="spend" count={ready} />}
        <Door to="codes" count={account.codes.length} />
        {earnings().length > 0 && <Door to="earn" />}
        {account.referral?.enabled && <Door to="refer" />}
        {account.play && <Door to="badges" />}
        <Door to="history" />
        <Door to="privacy" />
      </nav>
    </>
  );
}

/** What stands in the way of earning, if anything does. */
function resting({ say }: Words, { config }: Mounted): string | undefined {
  const { program } = config.switches;
  return program === "on" ? undefined : say(program === "off" ? "ended" : "resting");
}

function Door({ to, count = 0 }: { to: View; count?: number }) {
  const { words, go } = useWithin();
  return (
    <button type="button" class="door" onClick={() => go(to)}>
      <span>{words.say(titleOf(to))}</span>
      {count > 0 && <span class="count">{words.number(count)}</span>}
    </button>
  );
}

function Tier({ standing }: { standing: Standing }) {
  const { words, account } = useWithin();
  const more = account?.perks?.perks.filter((each) => each.open) ?? [];
  const { tier, next_tier, missing, progress, basis, currency, kept_until } = standing;
  const amount = (value: number): string => {
    if (basis === "spend") return words.money(value, currency);
    return basis === "points" ? words.amount(value) : words.say("orders", {}, value);
  };
  const [done, left] = [Number(progress), Number(missing ?? 0)];
  return (
    <Card title={tier ? words.say("tier", { tier: tier.name }) : undefined}>
      {next_tier ? (
        <>
          <p>{words.say("toTier", { missing: amount(left), tier: next_tier.name })}</p>
          <Progress done={done} of={done + left} label={next_tier.name} />
        </>
      ) : (
        <p>{words.say("topTier")}</p>
      )}
      <ul>
        {tier?.perks.map((perk) => (
          <li key={perk}>
            <bdi>{perk}</bdi>
          </li>
        ))}
        {more.map(({ id, name, text, link }) => (
          <li key={id}>
            {link ? <a href={link}>{name}</a> : name}
            {text && <small>{text}</small>}
          </li>
        ))}
      </ul>
      {tier && kept_until && (
        <p class="soft">{words.say("tierUntil", { date: words.date(kept_until) })}</p>
      )}
    </Card>
  );
}

/** Notes that the merchant has put into the panel for whoever this is. */
function Notes({ audience }: { audience: "guest" | "member" }) {
  const { it, account } = useWithin();
  const own = account?.perks?.nudges ?? [];
  const notes = [...it.config.nudges, ...own].filter(
    (each) => each.kind === "note" && ["anyone", audience].includes(each.audience),
  );
  if (it.config.switches.nudges !== "on") return null;
  return (
    <>
      {notes.map(({ id, words, link }) => (
        <Card key={id} title={words.title}>
          {words.text && <Own text={words.text} />}
          {link && words.button && (
            <a class="button" href={link}>
              {words.button}
            </a>
          )}
        </Card>
      ))}
    </>
  );
}

/** What somebody sees who has not signed in: what it is, what it brings, and how to join. */
export function Guest() {
  const { it, words } = useWithin();
  const { widget, rewards, referral, brand } = it.config;
  const { pages } = widget;
  const offer = friendsCode(it) && referral.enabled && words.gift(referral.friend_gets);
  const [earn, rests] = [earnings(), resting(words, it)];
  return (
    <>
      <section class="hero">
        <p class="large">{rests ? brand.name : words.say("guestTitle")}</p>
        <p>{rests ?? words.say("guestText", { shop: brand.name })}</p>
        {offer && <p class="offer">{words.say("friendsOffer", { gift: offer })}</p>}
        <p class="row">
          <a class="button" href={pages.register}>
            {words.say("join")}
          </a>
          <a href={pages.account}>{words.say("signIn")}</a>
        </p>
      </section>
      <Notes audience="guest" />
      {earn.length > 0 && (
        <Card title={words.say("earnTitle")}>
          <Pairs of={earn} />
        </Card>
      )}
      {rewards.length > 0 && (
        <Card title={words.say("spendTitle")}>
          <Pairs of={rewards.map(({ name, cost }) => [name, words.amount(cost)])} />
        </Card>
      )}
      {pages.loyalty && <a href={pages.loyalty}>{words.say("learnMore")}</a>}
    </>
  );
}
