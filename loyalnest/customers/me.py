"""Whoever asks about themselves: the one way in for every door that belongs to customers."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.customers import queries
from loyalnest.customers.values import CustomerId
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import SignedIn, tenant
from loyalnest.kernel.languages import Wanted


@dataclass(frozen=True, slots=True)
class Me:
    """The customer whose session this is, and a transaction for their merchant."""

    session: AsyncSession
    id: CustomerId
    """Who they are now, after any merge."""
    actor: str
    """How the records name them."""
    locale: str | None
    """Their own language, where they or a shop of theirs has said it."""

    async def wants(self, asked: Wanted) -> Wanted:
        """In which languages they are answered: what they ask for, their own, the shop's."""
        shop = await merchants.get(self.session, merchant_of(self.session))
        return replace(asked, customer=self.locale, shop=shop.locale)


async def _looking(
    request: Request, session: Annotated[AsyncSession, tenant("self:read")], caller: SignedIn
) -> Me:
    return await _living(request, session, caller)


async def _redeeming(
    request: Request, session: Annotated[AsyncSession, tenant("self:redeem")], caller: SignedIn
) -> Me:
    return await _living(request, session, caller)


async def _living(request: Request, session: AsyncSession, caller: SignedIn) -> Me:
    """Raises CustomerGone: a session ends with whoever it belongs to."""
    living = await queries.get_living(session, caller.subject_id)
    request.state.locale = living.locale  # for whatever is refused them from here on
    return Me(session, living.id, caller.actor, living.locale)


async def _asked(
    language: Annotated[
        str | None,
        Query(
            pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
            description="Names in this language where there is one, such as `de` or `zh-CN`;"
            " otherwise in the customer's, else in the shop's.",
        ),
    ] = None,
) -> Wanted:
    return Wanted(language)


Looking = Annotated[Me, Depends(_looking)]
"""May see what they have. Raises Unauthenticated, MissingScope, CustomerGone."""
Redeeming = Annotated[Me, Depends(_redeeming)]
"""May spend it, too. Raises the same."""
Language = Annotated[Wanted, Depends(_asked)]
"""What a request itself says of its language; `Me.wants` adds whom it is about."""
