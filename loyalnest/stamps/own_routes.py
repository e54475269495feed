"""REST for customers themselves: the cards they have."""

from fastapi import APIRouter

from loyalnest import customers
from loyalnest.kernel.http import PROBLEMS, Now, Page
from loyalnest.stamps import queries
from loyalnest.stamps.own_schemas import OwnCardView

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


@own_router.get("/cards", operation_id="list_own_cards")
async def list_own_cards(
    me: customers.Looking, now: Now, language: customers.Language
) -> Page[OwnCardView]:
    """Your stamp cards, and what they have brought you."""
    held = await queries.states_of_customers(me.session, [me.id], now=now)
    wanted = await me.wants(language)
    return Page(items=[OwnCardView.held(it, wanted) for it in held[me.id]])
