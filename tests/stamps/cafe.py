"""A café with a card, and its guests."""

import itertools
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger, stamps
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.jobs import Job
from loyalnest.kernel.relay import settle
from loyalnest.stamps import CardProgram, CardState, CardTerms, Stage, Stamped, Stamping
from tests.conftest import NOW, make_merchant

COFFEE = Stage(key="coffee", count=5, name="Free coffee")
CAKE = Stage(key="cake", count=10, name="Cake")


def terms(**changed: Any) -> CardTerms:
    """A card of ten with a coffee on the way, unless told otherwise."""
    return CardTerms.model_validate({"name": "Coffee card", "stages": (COFFEE, CAKE)} | changed)


@dataclass
class Cafe:
    """One merchant of the counter."""

    database: Database
    merchant_id: UUID
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[AsyncSession]:
        """A transaction of the café's."""
        async with self.database.tenant(self.merchant_id) as session:
            yield session

    async def draws_up(self, changed: CardTerms | None = None) -> CardProgram:
        """A card program, in use."""
        async with self.open() as session:
            return await stamps.create(
                session,
                changed or terms(),
                state=stamps.ProgramState.ACTIVE,
                actor="test",
                now=NOW,
            )

    async def guest(self, **known: Any) -> UUID:
        """Somebody new."""
        async with self.open() as session:
            contact = customers.Contact(
                self.merchant_id, email=f"guest{next(self.numbers)}@example.com", **known
            )
            (found,) = await customers.recognise_many(session, [contact], now=NOW)
            assert found is not None
            return found.customer_id

    async def card(self, program: CardProgram, guest: UUID | None = None) -> CardState:
        """A card of somebody's."""
        who = guest or await self.guest()
        async with self.open() as session:
            opening = stamps.Opening(customer_id=who, program_id=program.id)
            (state,) = await stamps.open_cards(session, [opening], now=NOW)
            return state

    async def gives(
        self,
        state: CardState,
        count: int | None = 1,
        *,
        at: datetime = NOW,
        key: str | None = None,
        **more: Any,
    ) -> Stamped:
        """Stamp a card. Raises why it may not be."""
        stamping = Stamping(
            card_id=state.card.id,
            count=count,
            occurred_at=at,
            key=key or f"visit:{next(self.numbers)}",
            actor="test",
            **more,
        )
        async with self.open() as session:
            return await stamps.stamp(session, stamping, now=max(at, NOW))

    async def undoes(self, stamped: Stamped) -> CardState:
        """Take a stamping back."""
        async with self.open() as session:
            return await stamps.undo(
                session, stamped.stamp_id, reason="Wrong card", actor="test", now=NOW
            )

    async def hands_out(self, reward: stamps.CardReward, *, key: str = "use") -> CardState:
        """Let somebody have what a stage brought. Raises why not."""
        using = stamps.Using(reward_id=reward.id, key=key, actor="test", at=NOW)
        async with self.open() as session:
            return await stamps.use(session, using, now=NOW)

    async def sees(self, state: CardState, *, at: datetime = NOW) -> CardState:
        """A card as it is now."""
        async with self.open() as session:
            return await stamps.get_state(session, state.card.id, now=at)

    async def news_is_told(self) -> None:
        """Let subscribers hear what happened, and jobs be done."""
        await settle(self.database, wiring.SUBSCRIBERS)

    async def jobs_are_done(self, job: Job, **payload: str) -> None:
        """Let a job of the café's be done now."""
        await job.handle(self.database, {"merchant_id": str(self.merchant_id), **payload}, NOW)

    async def books_balance(self) -> None:
        """Nothing is wrong in the books."""
        async with self.database.platform() as session:
            report = await ledger.verify(session)
        assert report.clean, [check for check in report.checks if check.violations]


async def refusal(waiting: Any) -> str:
    """The code of what something is refused with."""
    try:
        await waiting
    except DomainError as error:
        return error.code
    raise AssertionError("it was not refused")


async def open_cafe(database: Database) -> Cafe:
    """A café that has just opened."""
    async with database.platform() as session:
        merchant_id = await make_merchant(session, f"cafe-{new_id().hex}")
    return Cafe(database, merchant_id)
