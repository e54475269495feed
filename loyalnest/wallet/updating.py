"""The worker's part: tells phones and Google what changed, by however many workers.

Who is to be told lies in a queue with one line each, however often their passes changed: the first
change is told at once, and what changes within the next seconds in one more go.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import structlog

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.clock import now as system_clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.faults import Fault, classify, reason_of
from loyalnest.kernel.meeting import once_through
from loyalnest.kernel.pace import Pace
from loyalnest.wallet.kept import Kept
from loyalnest.wallet.ports import Pusher
from loyalnest.wallet.service import telling
from loyalnest.wallet.service.telling import Claimed, Ended, PushToken
from loyalnest.wallet.values import Platform, PushOutcome, Told

log = structlog.get_logger(__name__)

PUSHED_AT_ONCE, PUT_AT_ONCE = 1000, 50
"""How many one worker tells in one go; all of it takes less than the lease."""
_CALL_S = 40.0
_LEAST_PAUSE_S = 0.1

_Tell = Callable[[Sequence[Claimed]], Awaitable[Sequence[Ended]]]


async def run_pushes(
    database: Database, pusher: Pusher, stopping: asyncio.Event, *, clock: Clock = system_clock
) -> None:
    """Tell phones of Apple's until told to stop; what has been begun is finished."""
    try:
        await _keep_on(lambda: push_due(database, pusher, clock=clock), stopping)
    finally:
        await pusher.close()


async def run_puts(
    database: Database, kept: Kept, stopping: asyncio.Event, *, clock: Clock = system_clock
) -> None:
    """Tell Google until told to stop; what has been begun is finished."""
    try:
        await _keep_on(lambda: put_due(database, kept, clock=clock), stopping)
    finally:
        await kept.close()


async def push_due(database: Database, pusher: Pusher, *, clock: Clock = system_clock) -> int:
    """Tell the phones whose turn it is. Returns how many that were."""

    async def tell(claimed: Sequence[Claimed]) -> Sequence[Ended]:
        async with database.batch(_merchants(claimed)) as session:
            tokens = await telling.tokens_of(session, claimed)
        # A phone that holds passes of several merchants comes for all of them when it is told once.
        once = list(dict.fromkeys(it.token for it in tokens.values()))
        outcomes = dict(zip(once, await pusher.push(once), strict=True)) if once else {}
        return [_ended(it, tokens.get(it), outcomes) for it in claimed]

    return await _tell_next(database, Platform.APPLE, PUSHED_AT_ONCE, tell, clock)


async def put_due(database: Database, kept: Kept, *, clock: Clock = system_clock) -> int:
    """Tell Google of the passes whose turn it is. Returns how many that were."""

    async def tell(claimed: Sequence[Claimed]) -> Sequence[Ended]:
        by_merchant: dict[UUID, list[UUID]] = defaultdict(list)
        for it in claimed:
            by_merchant[it.merchant_id].append(it.id)
        found: dict[UUID, PushOutcome] = {}
        for merchant_id, pass_ids in by_merchant.items():
            found |= await _put_of(kept, merchant_id, pass_ids, clock)
        return [Ended(it, found[it.id]) for it in claimed]

    return await _tell_next(database, Platform.GOOGLE, PUT_AT_ONCE, tell, clock)


async def _put_of(
    kept: Kept, merchant_id: UUID, pass_ids: Sequence[UUID], clock: Clock
) -> dict[UUID, PushOutcome]:
    """What became of one merchant's passes; what fails there holds up no other merchant."""
    try:
        return await kept.put_many(merchant_id, pass_ids, now=clock())
    except Exception as error:
        if classify(error) is Fault.OUTAGE:
            raise
        reason = reason_of(error).code
        log.warning("wallet.telling_failed", merchant_id=str(merchant_id), code=reason)
        return dict.fromkeys(pass_ids, PushOutcome(Told.LATER, reason))


async def _tell_next(
    database: Database, platform: Platform, at_most: int, tell: _Tell, clock: Clock
) -> int:
    async with database.platform(looking_up=True) as session:
        claimed = await telling.claim(session, platform, limit=at_most, now=clock())
    if not claimed:
        return 0
    ended = await _told(platform, claimed, tell)
    await _settle(database, platform, ended, clock)
    return len(claimed)


async def _told(platform: Platform, claimed: Sequence[Claimed], tell: _Tell) -> Sequence[Ended]:
    """What a vendor's failure was like, they come again: to be told twice does no harm."""
    try:
        async with asyncio.timeout(_CALL_S):
            return await tell(claimed)
    except Exception as error:
        if classify(error) is Fault.OUTAGE and not isinstance(error, TimeoutError):
            raise
        reason = reason_of(error).code
        log.warning("wallet.telling_failed", platform=platform.value, code=reason)
        return [Ended(it, PushOutcome(Told.LATER, reason)) for it in claimed]


async def _settle(
    database: Database, platform: Platform, ended: Sequence[Ended], clock: Clock
) -> None:
    """Write down how it ended."""

    async def write() -> None:
        async with database.batch(_merchants([it.claimed for it in ended])) as session:
            await telling.settle(session, platform, ended, now=clock())

    await once_through(write)


def _ended(it: Claimed, told_by: PushToken | None, outcomes: Mapping[str, PushOutcome]) -> Ended:
    """How it ended for one phone; who has no token any more is gone."""
    if told_by is None:
        return Ended(it, PushOutcome(Told.GONE))
    return Ended(it, outcomes[told_by.token], told_by.hash)


async def _keep_on(step: Callable[[], Awaitable[int]], stopping: asyncio.Event) -> None:
    pace = Pace(_LEAST_PAUSE_S)
    while not stopping.is_set():
        found = await step()
        try:
            async with asyncio.timeout(pace.pause_s(found=bool(found))):
                await stopping.wait()
        except TimeoutError:
            pass


def _merchants(claimed: Sequence[Claimed]) -> list[UUID]:
    return sorted({it.merchant_id for it in claimed})
