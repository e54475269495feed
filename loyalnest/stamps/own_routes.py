"""REST for customers themselves: the cards they have."""

from fastapi import APIRouter

from loyalnest import customers
from loyalnest.kernel.http import PROBLEMS, Now, Page
from loyalnest.stamps import queries
from loyalnest.stamps.schemas import CardView

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


@own_router.get("/cards", operation_id="list_own_cards")
async def list_own_cards(me: customers.Looking, now: Now) -> Page[CardView]:
    """Your stamp cards, and what they have brought you."""
    held = await queries.states_of_customers(me.session, [me.id], now=now)
    return Page(items=[CardView.of(it) for it in held[me.id]])
