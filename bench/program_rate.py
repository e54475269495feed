"""program-rate: orders end to end with a whole program, against the plain one in the same run.

Every merchant has tiers, two campaigns and referrals. A rate counts as sustained when the inbox
kept up, as in `end-to-end`, and when whoever follows the events (tiers, segments, referrals,
badges) had caught up seconds after the last order. Both programs are held to the same, and both
rates are found to within a tenth.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bench.driver import Connection
from bench.end_to_end import minute, settle
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, Store, installation
from bench.machine import Meter
from loyalnest import campaigns, referrals, tiers

_PLAIN = (1_250, 1_500, 1_750, 2_000, 2_250)
_WHOLE = (750, 1_000, 1_250, 1_500, 1_750, 2_000)
_LOWER = (500, 250, 125)
_NEAR = 0.1
"""How near the two rates are, as a share, one of which it keeps up with and the other not."""
_FOLLOWED_WITHIN_S = 10
_LOOKS_FOR_S = 300
_MERCHANTS = 500
# Before the orders, which are always of the same day.
_DRAWN_UP = datetime(2026, 11, 1, tzinfo=UTC)
_BEHIND = """
SELECT greatest(0, (SELECT max(position) FROM events)
                   - (SELECT min(position) FROM event_cursors))
"""


async def measure(run: Run) -> Measured:
    """The highest rate that each of the two sustains, in an installation of its own."""
    plain, plain_note = await _highest(run, "plain", _PLAIN)
    whole, whole_note = await _highest(run, "whole", _WHOLE)
    note = f"plain: {plain_note}; whole program: {whole_note}"
    return Measured(whole, limit=plain, note=note, failed=not whole)


async def _highest(run: Run, name: str, rates: Sequence[int]) -> tuple[float, str]:
    folder = run.folder / name
    folder.mkdir()
    async with installation(folder) as place:
        for store in await place.open_merchants(_MERCHANTS):
            if name == "whole":
                await _draw_up_program(place, store)
        owner = await place.as_owner()
        with place.program("serve") as server, place.program("worker") as worker:
            await place.wait_until_ready()
            meter = Meter(
                {"server": server.pid, "worker": worker.pid, "postgres": place.postgres_pid}
            )
            found = await _climb(place, owner, meter, run, (100,) if run.quick else rates)
        await owner.close()
    return found


async def _climb(
    place: Installation, owner: Connection, meter: Meter, run: Run, rates: Sequence[int]
) -> tuple[float, str]:
    """Upwards while it keeps up, downwards where it doesn't from the beginning; then in between."""
    notes: list[str] = []

    async def holds(rate: int) -> float:
        held = await minute(place, owner, meter, run, rate, len(notes))
        followed_s = await _follow(owner)
        notes.append(f"{held.note}, followed after {followed_s:.1f} s")
        return held.processed if held.sustained and followed_s <= _FOLLOWED_WITHIN_S else 0

    best, kept_up, too_much = 0.0, 0, 0
    for rate in rates:
        if not (processed := await holds(rate)):
            too_much = rate
            break
        best, kept_up = processed, rate
    for rate in _LOWER if not best else ():
        if best := await holds(rate):
            kept_up = rate
            break
        too_much = rate
    while best and too_much - kept_up > kept_up * _NEAR:
        rate = (kept_up + too_much) // 2
        if processed := await holds(rate):
            best, kept_up = processed, rate
        else:
            too_much = rate
    return best, "; ".join(notes)


async def _follow(owner: Connection) -> float:
    """How long it takes until everybody has followed the events, once the inbox is empty."""
    await settle(owner)
    started = time.monotonic()
    while (taken := time.monotonic() - started) < _LOOKS_FOR_S:
        if not await owner.fetchval(_BEHIND):
            break
        await asyncio.sleep(0.2)
    return taken


async def _draw_up_program(place: Installation, store: Store) -> None:
    steps = (("silver", "1.25", 50), ("gold", "1.5", 200), ("platinum", "2", 1_000))
    ladder = tiers.Ladder(
        window=tiers.Window.ROLLING_12_MONTHS,
        tiers=tuple(
            tiers.Tier(
                key=key,
                name=key.title(),
                threshold=Decimal(threshold),
                multiplier=Decimal(factor),
                entry_points=100,
            )
            for key, factor, threshold in steps
        ),
    )
    weekend = campaigns.Rule(
        name="Double for gold",
        state=campaigns.State.ACTIVE,
        starts_at=_DRAWN_UP,
        ends_at=_DRAWN_UP + timedelta(days=60),
        effect=campaigns.Multiplier(factor=Decimal(2)),
        conditions=campaigns.Conditions(tiers=("gold", "platinum"), weekdays=(5, 6, 7)),
        holdout=10,
    )
    extra = weekend.model_copy(
        update={
            "name": "Fifty more",
            "effect": campaigns.Bonus(points=50),
            "conditions": campaigns.Conditions(minimum_spend=Decimal(10)),
        }
    )
    promise = referrals.ReferralSettings(enabled=True)
    async with place.database.tenant(store.merchant_id) as session:
        await tiers.save(session, ladder, actor="bench", now=_DRAWN_UP)
        await campaigns.create(session, weekend, actor="bench", now=_DRAWN_UP)
        await campaigns.create(session, extra, budget=10**9, actor="bench", now=_DRAWN_UP)
        await referrals.save(session, promise, actor="bench", now=_DRAWN_UP)


FIGURE = Figure(
    name="program-rate",
    unit="orders/s",
    goal=Goal(
        "with tiers, campaigns and referrals at least 0.7 of the plain program's rate",
        at_least_ratio=0.7,
    ),
    measure=measure,
)
