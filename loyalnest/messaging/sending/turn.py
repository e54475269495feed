"""One sender's letters on their way: claimed, kept until their slot, handed over, written down.

Claims are small and are fetched while earlier letters go out. A letter that was judged more than
a moment ago is not handed over but put back, to be judged anew: whoever leaves is left alone from
a second later on, however much waits.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.messaging import rules
from loyalnest.messaging.ports import Carrier, Offer
from loyalnest.messaging.rules import Health
from loyalnest.messaging.sending import claiming, writing
from loyalnest.messaging.sending.calls import CALL_S, Handed, carry, look_up
from loyalnest.messaging.sending.claims import Claimed, Claims
from loyalnest.messaging.sending.pacing import Pacing
from loyalnest.messaging.values import Sender

JUDGED_FOR_S = 0.8
"""How old a judgement may be when the letter is handed over."""
CLAIMED_AT_MOST = 500
_AHEAD_S = 0.4
_LOOK_S, _LINGER_S = 0.05, 0.5
_UNWRITTEN_AT_MOST = 2_000
_WRITTEN_EVERY_S = 0.02
"""How long outcomes are gathered while many come, so that one statement writes down several."""


@dataclass(slots=True)
class Turn:
    """A worker's time with one sender; it ends when there is nothing left to go."""

    database: Database
    claims: Claims
    sender: Sender
    offer: Offer
    carrier: Carrier
    pacing: Pacing
    owner: UUID
    clock: Clock
    stopping: asyncio.Event
    owned_until_s: float
    """The steady clock's instant from which nothing is handed over, unless it is put off before."""
    _health: Health = field(init=False)
    _under_way: set[UUID] = field(init=False, default_factory=set[UUID])
    """Whose messages are claimed and not written down yet."""
    _ready: deque[Claimed] = field(init=False, default_factory=deque[Claimed])
    _calls: set["asyncio.Task[None]"] = field(init=False, default_factory=set["asyncio.Task[None]"])
    _handed: list[Handed] = field(init=False, default_factory=list[Handed])
    _unwritten: int = field(init=False, default=0)
    _went: deque[tuple[float, int]] = field(init=False, default_factory=deque[tuple[float, int]])
    _moved: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _told: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _claimed_all: bool = field(init=False, default=False)
    _is_over: bool = field(init=False, default=False)
    _failed: Exception | None = field(init=False, default=None)
    """Why no more could be claimed."""

    def __post_init__(self) -> None:
        self._health = Health(
            self.sender.failures, self.sender.paused_until, self.sender.paused_for
        )

    async def run(self) -> None:
        """Send until nothing is due, the provider wants a rest, or we are told to stop.

        What had been claimed and was not handed over by then is put back. Raises what kept it from
        claiming, once all that was under way is written down.
        """
        await self.claims.adopt()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._write_down())
                claiming_ = group.create_task(self._claim_ahead())
                handing = group.create_task(self._hand_over())
                await claiming_
                await handing
                if self._calls:
                    await asyncio.wait(self._calls)
                await self._put_back(self._ready)
                self._is_over = True
                self._told.set()
        finally:
            if self._calls:
                await asyncio.wait(self._calls)
        if self._failed is not None:
            raise self._failed

    # Claiming

    async def _claim_ahead(self) -> None:
        pause_s = _LOOK_S
        while not self._must_end() and pause_s < _LINGER_S:
            wanted = self._wanted()
            found = await self._claim(wanted) if wanted > 0 else False
            if found:
                pause_s = _LOOK_S
                continue
            await _pause(self._moved, pause_s)
            # More and more seldom while there is nothing at all, and then no more.
            pause_s = _LOOK_S if self._ready or self._calls else 2 * pause_s
        self._claimed_all = True

    async def _claim(self, wanted: int) -> bool:
        try:
            found = await self.claims.claim(wanted, but=self._under_way)
        except Exception as error:
            self._failed = error
            return False
        self._under_way.update(each.due.whose for each in found.letters)
        self._ready.extend(found.letters)
        return found.any

    def _wanted(self) -> int:
        """How many letters to claim: what can go in a moment, as far as is known."""
        if self._unwritten > _UNWRITTEN_AT_MOST:
            return 0
        if self._health.is_open:
            return 0 if self._ready or self._calls else 1
        at_once = self.offer.calls_at_once * self.offer.at_most
        room = (self.offer.calls_at_once - len(self._calls)) * self.offer.at_most
        ahead = max(at_once, round(self._went_lately() * _AHEAD_S))
        # What is claimed when a worker dies may stay in doubt: then no more than may be under way.
        most = room if self._is_unsure else ahead
        most = min(CLAIMED_AT_MOST, most, max(1, round(self.pacing.rate_per_s * _AHEAD_S)))
        wanted = most - len(self._ready)
        return wanted if wanted * 2 > most or (wanted > 0 and not self._ready) else 0

    @property
    def _is_unsure(self) -> bool:
        """Whether nobody can find out what became of a letter that may have been taken."""
        return self.offer.repeats_safely_for is None and not self.offer.looks_up

    def _went_lately(self) -> int:
        since = time.monotonic() - 1
        while self._went and self._went[0][0] < since:
            self._went.popleft()
        return sum(letters for _, letters in self._went)

    # Handing over

    async def _hand_over(self) -> None:
        loop = asyncio.get_running_loop()
        while not (self._claimed_all and not self._ready) and not self._must_end():
            if not self._ready or len(self._calls) >= self.offer.calls_at_once:
                await _pause(self._moved, _LOOK_S)
                continue
            group = self._next_group()
            if self._must_ask(group[0]):
                self._begin(asyncio.create_task(self._ask_after(group)))
                continue
            gone: asyncio.Future[int] = loop.create_future()
            self._begin(asyncio.create_task(self._carry(group, gone)))
            if letters := await gone:
                # Noted once they have gone, as a letter's slot is asked for before it goes: so no
                # two can be nearer to each other than their slots, however late either was.
                self.pacing.went(letters, time.monotonic())

    def _begin(self, task: "asyncio.Task[None]") -> None:
        self._calls.add(task)
        task.add_done_callback(self._called)

    def _next_group(self) -> list[Claimed]:
        """The letters of one call: what has to be asked about goes apart."""
        most = min(self.offer.at_most, self.pacing.at_most)
        group = [self._ready.popleft()]
        while (
            self._ready
            and len(group) < most
            and self._must_ask(self._ready[0]) == self._must_ask(group[0])
        ):
            group.append(self._ready.popleft())
        return group

    def _must_ask(self, claimed: Claimed) -> bool:
        """Whether the provider has to say first that it has never had a letter."""
        asks = self.offer.looks_up and self.offer.repeats_safely_for is None
        return asks and claimed.due.doubtful and not claimed.is_unseen

    async def _ask_after(self, group: list[Claimed]) -> None:
        """Settle what the provider knows of; what it has never had goes next."""
        handed = await look_up(self.carrier, group)
        known = {each.claimed.due.message_id for each in handed}
        self._ready.extendleft(
            replace(each, is_unseen=True) for each in group if each.due.message_id not in known
        )
        self._unwritten += len(handed)
        self._take_in(handed)

    async def _carry(self, group: list[Claimed], gone: "asyncio.Future[int]") -> None:
        """One call, in its slot. Between the slot and the provider there is nothing to wait for:
        whoever waits for `gone` goes on when the letters are on their way."""
        try:
            group = await self._slot_came(group)
        finally:
            if not gone.done():
                gone.set_result(len(group))
        if not group:
            return
        self._unwritten += len(group)
        is_probe = self._health.is_open
        self._take_in(await carry(self.carrier, group, is_probe=is_probe))

    def _take_in(self, handed: list[Handed]) -> None:
        if not handed:
            return
        self._health = rules.health_after(
            self._health,
            [each.outcome for each in handed],
            now=self.clock(),
            chance=random.random(),  # noqa: S311 - spreads retries
        )
        self._handed.extend(handed)
        self._told.set()

    async def _slot_came(self, group: list[Claimed]) -> list[Claimed]:
        """Wait for a slot; what may be handed over still, of what was to be.

        By the clock itself: the event loop's own instant is the one at which its turn began.
        """
        while group and not self._must_end():
            now_s = time.monotonic()
            wait_s = self.pacing.wait_s(len(group), now_s)
            if wait_s > 0:
                await asyncio.sleep(wait_s)
                continue
            stale = [it for it in group if it.judged_at_s < now_s - JUDGED_FOR_S]
            if not stale:
                self._went.append((now_s, len(group)))
                return group
            await self._put_back(stale)
            group = [it for it in group if it not in stale]
        await self._put_back(group)
        return []

    def _called(self, task: "asyncio.Task[None]") -> None:
        self._calls.discard(task)
        self._moved.set()

    # Writing down

    async def _write_down(self) -> None:
        known, began_s = self._health, 0.0
        while not (self._is_over and not self._handed):
            if not self._handed:
                await _pause(self._told, CALL_S)
                continue
            if not self._is_unsure:
                await asyncio.sleep(max(0.0, began_s + _WRITTEN_EVERY_S - time.monotonic()))
            began_s = time.monotonic()
            handed, self._handed = self._handed, []
            await writing.write(
                self.database,
                self.sender,
                handed,
                offer=self.offer,
                owner=self.owner,
                health=self._health if self._health != known else None,
                clock=self.clock,
            )
            known = self._health
            self._unwritten -= len(handed)
            self._under_way.difference_update(each.claimed.due.whose for each in handed)
            self._moved.set()

    async def _put_back(self, claimed: Sequence[Claimed] | deque[Claimed]) -> None:
        if not claimed:
            return
        merchant_id = self.sender.merchant_id
        ids = [each.due.message_id for each in claimed]

        async def put_back(session: AsyncSession) -> None:
            await claiming.give_back(session, ids, merchant_id=merchant_id, owner=self.owner)

        await writing.hold_on(self.database, merchant_id, put_back)
        self._under_way.difference_update(each.due.whose for each in claimed)

    def _must_end(self) -> bool:
        """Whether nothing more may be handed over for now."""
        return (
            self.stopping.is_set()
            or self._failed is not None
            or self._health.broken_for is not None
            or _later_than(self._health.paused_until, self.clock())
            or time.monotonic() >= self.owned_until_s
        )


def _later_than(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant > now


async def _pause(event: asyncio.Event, seconds: float) -> None:
    """Until something happened, or some time has passed."""
    event.clear()
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
