"""One claim: a few messages of a sender, judged, written and marked in one transaction."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.messaging.carrying import Letter
from loyalnest.messaging.ports import Journeys
from loyalnest.messaging.rules import Trust
from loyalnest.messaging.sending import claiming, letters
from loyalnest.messaging.sending.claiming import Due
from loyalnest.messaging.sending.judging import Fate, Go, Stop, Told, Wait, judge
from loyalnest.messaging.sending.letters import Stationery
from loyalnest.messaging.service import recording
from loyalnest.messaging.service.recording import Ended
from loyalnest.messaging.values import Sender, State


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter that this worker alone may hand over, for a moment."""

    due: Due
    letter: Letter
    claimed_at: datetime
    judged_at_s: float
    """The steady clock's instant before anything was asked about it."""
    is_unseen: bool = False
    """The provider has said that it never had it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a claim brought."""

    letters: Sequence[Claimed] = ()
    any: bool = False
    """Whether anything was due, be it to go or not."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims for one sender, by one worker."""

    database: Database
    sender: Sender
    owner: UUID
    trust: Trust
    stationery: Stationery
    journeys: Journeys | None
    clock: Clock

    async def adopt(self) -> None:
        """Take over what whoever sent for it before had claimed."""
        async with self.database.batch([self.sender.merchant_id], looking_up=True) as session:
            await claiming.adopt(session, sender=self.sender, now=self.clock())

    async def claim(self, limit: int, *, but: Collection[UUID]) -> Found:
        """Take the next messages, of nobody who is excepted; those that may not go are settled
        on the way."""
        judged_at_s = time.monotonic()
        now = self.clock()
        merchant_id = self.sender.merchant_id
        async with self.database.batch([merchant_id], looking_up=True) as session:
            dues = await claiming.head(session, sender=self.sender, but=but, limit=limit, now=now)
            if not dues:
                return Found()
            fates = await judge(
                session,
                dues,
                merchant_id=merchant_id,
                trust=self.trust,
                journeys=self.journeys,
                now=now,
            )
            going = [it for it in fates if isinstance(it, Go)]
            written = await letters.write(
                session, going, sender=self.sender, stationery=self.stationery, now=now
            )
            kept = [it for it in written if isinstance(it, letters.Written)]
            stopped = [it for it in (*fates, *written) if isinstance(it, Stop)]
            await self._settle(session, fates, stopped, now)
            if kept:
                await claiming.claim(
                    session,
                    [(it.due, it.sealed) for it in kept],
                    merchant_id=merchant_id,
                    owner=self.owner,
                    now=now,
                )
        claimed = [Claimed(it.due, it.letter, now, judged_at_s) for it in kept]
        return Found(claimed, any=True)

    async def _settle(
        self, session: AsyncSession, fates: Sequence[Fate], stopped: Sequence[Stop], now: datetime
    ) -> None:
        merchant_id = self.sender.merchant_id
        ended = [Ended(it.due.message_id, it.state, it.reason, it.code) for it in stopped] + [
            Ended(it.due.message_id, State.SENT) for it in fates if isinstance(it, Told)
        ]
        await recording.end(session, ended, merchant_id=merchant_id, owner=None, now=now)
        waits = [it for it in fates if isinstance(it, Wait)]
        later = [(it.due, it.until) for it in waits if it.until]
        if later:
            await claiming.put_off(session, later, merchant_id=merchant_id)
        held = [it.due.message_id for it in waits if it.until is None]
        await recording.hold(session, held, merchant_id=merchant_id, now=now)
