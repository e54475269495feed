"""opt-out: how long after a no something is still handed over, with 50,000 messages queued.

All of them are to go, a call each and unthrottled, while twenty people at a time, again and again,
say that they want no more. What counts is the instant at which their no was written down and the
one at which a letter to them reached the provider, by the same clock.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bench import sending
from bench.driver import Connection
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, Store, installation
from bench.post import Answer, Post
from loyalnest import consents
from loyalnest.kernel import clock

_QUEUED = 50_000
_LEAVE_AT_ONCE, _EVERY_S = 20, 0.05
_UNTHROTTLED = 10_000.0
_AT_MOST_S = 600


async def measure(run: Run) -> Measured:
    """The longest that anybody who had left was still told."""
    wanted = run.count(_QUEUED, 2_000)
    told_at: dict[int, float] = {}

    def note(letters: Sequence[Mapping[str, Any]]) -> Answer:
        now_s = time.monotonic()
        told_at.update({sending.number_of(letter["to"]): now_s for letter in letters})
        return Answer(delay_s=0.01)

    async with asyncio.timeout(_AT_MOST_S), installation(run.folder) as place:
        (store,) = await place.open_merchants(1)
        people = await sending.enrol(place, store, wanted)
        owner = await place.as_owner()
        async with Post(note).open() as post:
            await sending.set_up(
                place.database, store, post.url, sending.ONE_EACH, rate_per_s=_UNTHROTTLED
            )
            await sending.ask(place.database, store, people)
            with sending.a_worker(place):
                left_at = await _leave(place, store, owner, people)
        await owner.close()
    after = [told_at[n] - at for n, at in left_at.items() if told_at.get(n, 0) > at]
    latest_s = max(after, default=0.0)
    spared = left_at.keys() - told_at.keys()
    said = (
        f"{wanted:,} queued; {len(left_at):,} left while they went, {len(spared):,} of them before"
        f" they were told; {len(after)} were told afterwards"
    )
    return Measured(latest_s, note=said, failed=not spared)


async def _leave(
    place: Installation, store: Store, owner: Connection, people: Sequence[UUID]
) -> dict[int, float]:
    """Some leave at a time, until nothing waits; when each of them had."""
    left_at: dict[int, float] = {}
    while await owner.fetchval("SELECT count(*) FROM message_queue"):
        some = random.sample(range(len(people)), _LEAVE_AT_ONCE)
        now = clock.now()
        async with place.database.batch([store.merchant_id]) as session:
            said = [_no(store.merchant_id, people[n]) for n in some]
            await consents.record_many(session, said, now=now)
        written_s = time.monotonic()
        for n in some:
            left_at.setdefault(n, written_s)
        await asyncio.sleep(_EVERY_S)
    return left_at


def _no(merchant_id: UUID, person: UUID) -> consents.Said:
    return consents.Said(
        merchant_id,
        person,
        consents.Purpose.OUTREACH,
        consents.Channel.EMAIL,
        consents.State.WITHDRAWN,
        clock.now(),
        consents.Proof(consents.Way.CUSTOMER_PAGE, "bench"),
    )


FIGURE = Figure(
    name="opt-out",
    unit="s",
    goal=Goal("nothing is handed over more than a second after a no", below=1.0),
    measure=measure,
)
