"""No window of a second has too many letters, whoever sends them and however late."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bench.post import Post, PostCarrier, offer
from loyalnest.kernel.database import Database
from loyalnest.messaging import Account, Letter, Offer, Outcome
from loyalnest.messaging.sending.pacing import Pacing
from tests.messaging.cast import a_worker, open_bakery, settled, until

RATE = 40


@dataclass
class Late:
    """Speaks to a provider from a machine that is often kept from it at the last moment."""

    carrier: PostCarrier
    sent_at_s: list[float] = field(default_factory=list[float])

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        time.sleep(random.choice((0, 0, 0.004, 0.02)))  # noqa: ASYNC251 - that is the trouble
        self.sent_at_s += [time.monotonic()] * len(letters)
        return await self.carrier.send(letters)

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        raise NotImplementedError

    async def close(self) -> None:
        await self.carrier.close()


def late_by(sent_at_s: list[float]) -> Offer:
    """The offer of a provider that is reached late, and by whom when is noted."""

    def open_(account: Account) -> Late:
        return Late(PostCarrier(account.options["url"]), sent_at_s)

    return replace(offer(), open=open_)


def nearest(sent_at_s: Sequence[float], rate: int) -> float:
    """How near to each other so many letters and one were: a second or more is well."""
    sent = sorted(sent_at_s)
    return min(later - earlier for earlier, later in zip(sent, sent[rate:], strict=False))


async def test_three_workers_that_take_turns_and_are_kept_at_the_last_moment_keep_the_pace(
    lasting_database: Database,
) -> None:
    """Every second one of them ends, whose sender another takes over."""
    sent_at_s: list[float] = []
    bakery = await open_bakery(lasting_database)
    async with Post().open() as post:
        await bakery.uses(post, rate_per_s=RATE)
        await bakery.asks(await bakery.enrols(5 * RATE))
        while not await settled(bakery):
            before = len(sent_at_s)
            async with a_worker(lasting_database, late_by(sent_at_s)):
                await until(lambda at=before: len(sent_at_s) >= min(at + 50, 5 * RATE))
    assert len(sent_at_s) == len(post.taken) == 5 * RATE
    assert nearest(sent_at_s, RATE) >= 1


def test_letters_that_go_long_after_their_slot_keep_the_pace() -> None:
    pacing, now_s, sent, drawn = Pacing(RATE), 100.0, list[float](), random.Random(1)
    while len(sent) < 20 * RATE:
        if (wait_s := pacing.wait_s(1, now_s)) > 0:
            now_s += wait_s
            continue
        now_s += drawn.choice((0.0, 0.0, 0.03))  # late at the door
        sent.append(now_s)
        now_s += drawn.choice((0.0, 0.01))  # and the handing over takes its time
        pacing.went(1, now_s)
    assert nearest(sent, RATE) >= 1
