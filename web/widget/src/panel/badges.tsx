import { Card, Own, Progress } from "./panel";
import { useWithin } from "./within";

/** Badges and how far the others are, and for how many weeks or months in a row somebody bought. */
export function Badges() {
  const { account, words, it } = useWithin();
  if (!account?.play) return null;
  const { badges, streak } = account.play;
  const about = new Map(it.config.badges.map((each) => [each.key, each.description ?? ""]));
  const shown = badges.filter((each) => each.held || each.phase === "open");
  return (
    <>
      <Card>
        <p>{words.say(streak.rhythm === "week" ? "weeks" : "months", {}, streak.current)}</p>
        {streak.alive_until && streak.current > 0 && (
          <p class="soft">{words.say("streakUntil", { date: words.date(streak.alive_until) })}</p>
        )}
      </Card>
      {shown.map(({ badge, name, held, awarded_at, progress, target }) => (
        <Card key={badge} title={`${held ? "★" : "☆"} ${name}`}>
          {about.get(badge) && <Own text={about.get(badge) ?? ""} />}
          {held ? (
            awarded_at && (
              <p class="soft">{words.say("badgeSince", { date: words.date(awarded_at) })}</p>
            )
          ) : progress !== null && target !== null ? (
            <>
              <Progress done={Number(progress)} of={Number(target)} label={name} />
              <p class="soft">
                {words.say("progress", {
                  done: words.number(Number(progress)),
                  all: words.number(Number(target)),
                })}
              </p>
            </>
          ) : null}
        </Card>
      ))}
    </>
  );
}
