"""The worker's part: finds senders with something to go, and gives each a turn of its own.

One sender's trouble is its own: a provider that is slow, down or makes no sense holds up nothing
but what goes through it.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import structlog

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.clock import now as system_clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.faults import Fault, classify, reason_of
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.pace import Pace
from loyalnest.messaging import queries
from loyalnest.messaging.ports import Carrier, Journeys, Offer
from loyalnest.messaging.sending import ownership, writing
from loyalnest.messaging.sending.calls import CALL_S
from loyalnest.messaging.sending.claims import Claims
from loyalnest.messaging.sending.letters import Stationery
from loyalnest.messaging.sending.ownership import Key, Taken
from loyalnest.messaging.sending.pacing import WINDOW_S, Pacing
from loyalnest.messaging.sending.turn import Turn

log = structlog.get_logger(__name__)

TURNS_AT_MOST = 500
"""How many senders one worker sends for at a time; others are left to other workers."""
_LOOK_S, _LOOKS_AT_MOST = 0.05, 0.1
"""How soon after one look the next may be, and which share of the time looking may take."""
_RESTS_S = 5.0
_ENDS_WITHIN_S = CALL_S + writing.HOLDS_ON_S + 5.0


@dataclass(frozen=True, slots=True)
class Sending:
    """What a worker needs to send: who carries, and what messaging doesn't know by itself."""

    offers: Sequence[Offer]
    stationery: Stationery
    journeys: Journeys | None = None
    clock: Clock = system_clock


@dataclass(slots=True)
class _Open:
    """A sender whose account is open, at the version that it was opened in."""

    version: int
    carrier: Carrier
    pacing: Pacing | None


class Desk:
    """Sends for one installation. Several may, in one process or in many."""

    def __init__(self, database: Database, sending: Sending):
        self._database = database
        self._sending = sending
        self._offers = {offer.provider: offer for offer in sending.offers}
        self._owner = new_id()
        self._turns: dict[Key, asyncio.Task[None]] = {}
        self._running: dict[Key, Turn] = {}
        self._open: dict[Key, _Open] = {}
        self._resting: dict[Key, float] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; what is being handed over then is written down.

        Raises what the database raises when it can't be reached.
        """
        renewing = asyncio.create_task(self._keep_renewing())
        pace = Pace(_LOOK_S)
        try:
            while not stopping.is_set():
                began_s = time.monotonic()
                found = await self.look(stopping)
                took_s = time.monotonic() - began_s
                if renewing.done():
                    renewing.result()
                await _pause(stopping, max(pace.pause_s(found=found), took_s / _LOOKS_AT_MOST))
            if self._turns:
                await asyncio.wait(self._turns.values())
        except Exception:
            renewing.cancel()
            await self._let_end()
            raise
        finally:
            for task in (renewing, *self._turns.values()):
                task.cancel()
            await asyncio.gather(renewing, *self._turns.values(), return_exceptions=True)
            await self._close_all()

    async def _let_end(self) -> None:
        """Let turns end, and write down what providers said until then: nobody else knows of it."""
        for turn in self._running.values():
            turn.owned_until_s = 0.0
        if self._turns:
            await asyncio.wait(self._turns.values(), timeout=_ENDS_WITHIN_S)

    async def look(self, stopping: asyncio.Event) -> bool:
        """Begin a turn for every free sender with something due; whether there was any."""
        free = TURNS_AT_MOST - len(self._turns)
        # The database counts from when the transaction begins, which is between the two.
        asked_at_s = time.monotonic()
        async with self._database.platform(looking_up=True) as session:
            due = await ownership.due(session, self._owner, now=self._sending.clock())
            new = [key for key in due if key not in self._turns and not self._rests(key)]
            random.shuffle(new)
            taken = await ownership.take(session, new[:free], self._owner) if new[:free] else []
        taken_at_s = time.monotonic()
        for each in taken:
            task = asyncio.create_task(self._turn(each, asked_at_s, taken_at_s, stopping))
            self._turns[each.key] = task
            task.add_done_callback(lambda _, key=each.key: self._turns.pop(key, None))
        return bool(taken or self._turns)

    async def _turn(
        self, taken: Taken, asked_at_s: float, taken_at_s: float, stopping: asyncio.Event
    ) -> None:
        key = taken.key
        try:
            turn = await self._begin(taken, asked_at_s, taken_at_s, stopping)
            if turn is not None:
                self._running[key] = turn
                await turn.run()
        except Exception as error:
            # Others go on; this one is tried again in a while, here or elsewhere.
            reason = _first(error)
            log.warning(
                "messages.turn_failed",
                merchant_id=str(key[0]),
                sender_id=str(key[1]),
                outage=classify(reason) is Fault.OUTAGE,
                code=reason_of(reason).code,
                detail=reason_of(reason).detail,
            )
            self._resting[key] = time.monotonic() + _RESTS_S
        finally:
            self._running.pop(key, None)
            await self._leave(key)

    async def _begin(
        self, taken: Taken, asked_at_s: float, taken_at_s: float, stopping: asyncio.Event
    ) -> Turn | None:
        merchant_id, sender_id = taken.key
        async with self._database.batch([merchant_id], looking_up=True) as session:
            sender = await queries.get_sender(session, sender_id)
            offer = self._offers.get(sender.provider)
            if offer is None:
                self._resting[taken.key] = time.monotonic() + 60
                return None
            known = self._open.get(taken.key)
            if known is None or known.version != sender.version:
                account = await queries.account_of(
                    session, sender, address=self._sending.stationery.address
                )
                await self._close(taken.key)
                known = _Open(sender.version, offer.open(account), None)
                self._open[taken.key] = known
        pacing = known.pacing
        if pacing is None or not taken.was_mine:
            # What went within the last second counts, whoever sent it and at whatever pace.
            since_s = max(0.0, WINDOW_S - taken.rested_s)
            pacing = Pacing(sender.rate_per_s, not_before=taken_at_s + since_s)
            known.pacing = pacing
        # Each turn claims by a name of its own: what one had to leave is doubtful to the next.
        owner = new_id()
        return Turn(
            self._database,
            Claims(
                self._database,
                sender,
                owner,
                writing.trust_of(offer, sender),
                self._sending.stationery,
                self._sending.journeys,
                self._sending.clock,
            ),
            sender,
            offer,
            known.carrier,
            pacing,
            owner,
            self._sending.clock,
            stopping,
            asked_at_s + ownership.HANDS_OVER_S,
        )

    async def _keep_renewing(self) -> None:
        """Stay who sends for its senders. A turn whose sender was lost ends by itself."""
        while True:
            await asyncio.sleep(ownership.RENEWED_EVERY_S)
            keys = list(self._running)
            if not keys:
                continue
            asked_at_s = time.monotonic()
            async with self._database.platform(looking_up=True) as session:
                mine = await ownership.renew(session, keys, self._owner)
            for key in keys:
                turn = self._running.get(key)
                if turn is not None:
                    until_s = asked_at_s + ownership.HANDS_OVER_S
                    turn.owned_until_s = until_s if key in mine else 0.0

    async def _leave(self, key: Key) -> None:
        try:
            async with self._database.platform(looking_up=True) as session:
                await ownership.leave(session, key, self._owner)
        except Exception as error:
            if classify(error) is not Fault.OUTAGE:
                raise

    def _rests(self, key: Key) -> bool:
        until = self._resting.get(key)
        if until is not None and until <= time.monotonic():
            del self._resting[key]
            return False
        return until is not None

    async def _close(self, key: Key) -> None:
        known = self._open.pop(key, None)
        if known is not None:
            await _close(known.carrier)

    async def _close_all(self) -> None:
        for key in list(self._open):
            await self._close(key)


async def _close(carrier: Carrier) -> None:
    try:
        async with asyncio.timeout(1):
            await carrier.close()
    except Exception as error:
        log.info("messages.close_failed", code=reason_of(error).code)


def _first(error: Exception) -> Exception:
    """What failed, out of a group of what did."""
    if isinstance(error, ExceptionGroup):
        group = cast("ExceptionGroup[Exception]", error)
        return _first(group.exceptions[0])
    return error


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        pass
