"""Whoever asks about themselves: the one way in for every door that belongs to customers."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import queries
from loyalnest.customers.values import CustomerId
from loyalnest.kernel.http import SignedIn, tenant


@dataclass(frozen=True, slots=True)
class Me:
    """The customer whose session this is, and a transaction for their merchant."""

    session: AsyncSession
    id: CustomerId
    """Who they are now, after any merge."""
    actor: str
    """How the records name them."""


async def _looking(session: Annotated[AsyncSession, tenant("self:read")], caller: SignedIn) -> Me:
    return await _living(session, caller)


async def _redeeming(
    session: Annotated[AsyncSession, tenant("self:redeem")], caller: SignedIn
) -> Me:
    return await _living(session, caller)


async def _living(session: AsyncSession, caller: SignedIn) -> Me:
    """Raises CustomerGone: a session ends with whoever it belongs to."""
    living = await queries.get_living(session, caller.subject_id)
    return Me(session, living.id, caller.actor)


Looking = Annotated[Me, Depends(_looking)]
"""May see what they have. Raises Unauthenticated, MissingScope, CustomerGone."""
Redeeming = Annotated[Me, Depends(_redeeming)]
"""May spend it, too. Raises the same."""
Language = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="Names in this language where there is one, such as `de` or `zh-CN`.",
    ),
]
