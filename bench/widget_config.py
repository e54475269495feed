"""widget-config: milliseconds of what every page asks for, 99th percentile at 1,000 a second.

Fifty shops with a whole program, each asked in three languages. Merchants change something all the
while, and answers are made anew every few seconds, as they always are.
"""

import asyncio
from contextlib import suppress
from decimal import Decimal
from itertools import count
from uuid import UUID

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, installation, send_load
from bench.load import Task
from bench.orders import domain_of
from loyalnest import branding, gamification, referrals, rewards, storefront, tiers
from loyalnest.kernel import clock

_RATE = 1_000
_SHOPS = 50
_LANGUAGES = ("en", "de", "ar")


async def measure(run: Run) -> Measured:
    """Latency counts from the instant a request should have left."""
    async with installation(run.folder) as place:
        stores = await place.open_merchants(_SHOPS)
        for store in stores:
            await _draw_up(place, store.merchant_id)
        with place.program("serve"):
            await place.wait_until_ready()
            changing = asyncio.create_task(_change(place, [it.merchant_id for it in stores]))
            task = Task(
                port=place.settings.port,
                seconds=run.take(60, 5),
                warm_up_s=run.take(10, 2),
                rate=_RATE,
                connections=64,
                requests=[
                    _asking(number, language) for number in range(_SHOPS) for language in _LANGUAGES
                ],
            )
            outcome = await send_load(task)
            changing.cancel()
            with suppress(asyncio.CancelledError):
                await changing
    note = (
        f"p50 {outcome.p50_ms:.1f} ms, worst {outcome.worst_ms:.1f} ms,"
        f" {outcome.per_second:,.0f} answers/s, {outcome.refused} refused"
    )
    kept_up = outcome.per_second >= 0.99 * _RATE and not outcome.refused
    return Measured(outcome.p99_ms, note=note, failed=not kept_up)


async def _draw_up(place: Installation, merchant_id: UUID) -> None:
    """A program as a shop has one."""
    now = clock.now()
    async with place.database.tenant(merchant_id) as session:
        for number in range(1, 9):
            terms = rewards.Terms(
                kind=rewards.Kind.AMOUNT_OFF,
                name=f"{number} pounds off",
                description="On your next order, of whatever you like.",
                cost=100 * number,
                amounts={"GBP": Decimal(number)},
            )
            on = rewards.RewardState.ACTIVE
            await rewards.create(session, terms, state=on, actor="bench", now=now)
        steps = tuple(
            tiers.Tier(key=name.lower(), name=name, threshold=Decimal(least), perks=("A card",))
            for name, least in (("Bronze", 0), ("Silver", 500), ("Gold", 2_000))
        )
        await tiers.save(session, tiers.Ladder(tiers=steps), actor="bench", now=now)
        promise = referrals.ReferralSettings(enabled=True)
        await referrals.save(session, promise, actor="bench", now=now)
        badges = tuple(gamification.Badge(key=f"b{n}", name=f"Badge {n}") for n in range(6))
        game = gamification.Game(badges=badges)
        await gamification.save(session, game, actor="bench", now=now)
        note = storefront.NudgeTerms(
            kind=storefront.NudgeKind.STICKY_BAR,
            name="Welcome",
            words=storefront.Words(title="200 points for joining"),
        )
        active = storefront.ContentState.ACTIVE
        await storefront.create_nudge(session, note, state=active, actor="bench", now=now)


async def _change(place: Installation, merchant_ids: list[UUID]) -> None:
    """One merchant after the other gives itself another colour, ten a second in all."""
    for number in count():
        async with place.database.tenant(merchant_ids[number % len(merchant_ids)]) as session:
            look = branding.BrandSettings(colour=f"#{number % 2**24:06x}")
            await branding.save(session, look, actor="bench", now=clock.now())
        await asyncio.sleep(0.1)


def _asking(number: int, language: str) -> str:
    return (
        f"GET /v1/api/widget/config?shop={domain_of(number)}&language={language} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        "Accept-Encoding: gzip, br\r\n"
        f"Origin: https://{domain_of(number)}\r\n\r\n"
    )


FIGURE = Figure(
    name="widget-config",
    unit="ms at p99",
    goal=Goal("below 20 ms at 1,000 requests/s", below=20),
    measure=measure,
)
