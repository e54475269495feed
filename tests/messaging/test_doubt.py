"""A worker is killed between a provider's yes and our commit."""

import signal
from contextlib import AsyncExitStack

from bench.post import Answer, Post
from loyalnest import messaging
from loyalnest.kernel import crypto
from loyalnest.kernel.database import Database
from loyalnest.messaging import Provider, State
from tests.messaging.cast import (
    OUTREACH,
    TRANSACTIONAL,
    Bakery,
    a_process_of_its_own,
    a_worker,
    open_bakery,
    until,
)
from tests.messaging.worker import offers

BY = {offer.provider: offer for offer in offers()}


async def test_a_worker_killed_after_a_yes_leaves_nobody_told_twice(
    database: Database, ring: crypto.KeyRing
) -> None:
    """Whoever remembers keys is asked again, whoever can be asked is asked, and of the rest what
    somebody waits for goes again under its own name and what nobody waits for stays in doubt."""
    cases = {
        "remembers": (Provider.SES, OUTREACH, True),
        "looks up": (Provider.KLAVIYO, OUTREACH, True),
        "unsure, outreach": (Provider.SMTP, OUTREACH, True),
        "unsure, waited for": (Provider.SMTP, TRANSACTIONAL, True),
        "unsure, never again": (Provider.SMTP, TRANSACTIONAL, False),
    }
    async with AsyncExitStack() as stack:
        posts: dict[str, Post] = {}
        bakeries: dict[str, Bakery] = {}
        for name, (provider, occasion, repeats) in cases.items():
            post = Post(lambda _: Answer(delay_s=60), remembers=name == "remembers")
            posts[name] = await stack.enter_async_context(post.open())
            bakeries[name] = bakery = await open_bakery(database)
            await bakery.uses(post, by=BY[provider], repeats_in_doubt=repeats)
            await bakery.asks(await bakery.enrols(1), occasion=occasion)
        async with a_process_of_its_own("tests.messaging.worker", database, ring) as worker:
            await until(lambda: all(post.taken for post in posts.values()), within_s=60)
            worker.send_signal(signal.SIGKILL)
            await worker.wait()
        for post in posts.values():
            post.mood = lambda _: Answer()
        async with a_worker(database, *offers()):
            await until(lambda: _are_over(bakeries), within_s=40)
    became = {name: (await bakery.deliveries())[0] for name, bakery in bakeries.items()}
    assert {name: it.state for name, it in became.items()} == {
        "remembers": State.SENT,
        "looks up": State.SENT,
        "unsure, outreach": State.IN_DOUBT,
        "unsure, waited for": State.SENT,
        "unsure, never again": State.IN_DOUBT,
    }
    assert {name: len(post.taken) for name, post in posts.items()} == {
        **dict.fromkeys(cases, 1),
        "unsure, waited for": 2,
    }
    assert len(posts["remembers"].calls) == 2
    assert len({call["key"] for call in posts["unsure, waited for"].taken}) == 1
    first, second = posts["unsure, waited for"].taken
    assert first["headers"]["Message-ID"] == second["headers"]["Message-ID"]
    assert (await _history(bakeries["unsure, outreach"]))[-1].reason == "unclear"


async def _are_over(bakeries: dict[str, Bakery]) -> bool:
    states = [(await bakery.states())[0] for bakery in bakeries.values()]
    return State.WAITING not in states


async def _history(bakery: Bakery) -> list[messaging.Move]:
    (delivery,) = await bakery.deliveries()
    async with bakery.database.tenant(bakery.merchant_id) as session:
        return await messaging.moves_of(session, delivery.id)
