"""REST: purchases, and what each did to the books."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger
from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.orders import queries, rates
from loyalnest.orders.schemas import ExplainedOrderView, NewRate, OrderView, RateView
from loyalnest.orders.values import OrderId

router = APIRouter(prefix="/v1/api", tags=["Orders"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("orders:read")]
Program = Annotated[AsyncSession, tenant("program:read")]
ProgramWriting = Annotated[AsyncSession, tenant("program:write")]


@router.get("/customers/{customer_id}/orders", operation_id="list_customer_orders")
async def list_customer_orders(
    customer_id: str, session: Reading, paging: Paging
) -> Page[OrderView]:
    """A customer's orders, the latest first, with those of customers merged into this one."""
    customer = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    found = await queries.list_of_customer(
        session, customer.id, after=paging.after_id(), limit=paging.fetch
    )
    return page_of(found, paging, show=OrderView.of, key=lambda order: (order.id,))


@router.get("/orders", operation_id="list_orders")
async def list_orders(session: Reading, paging: Paging) -> Page[OrderView]:
    """The merchant's orders, the latest recorded first."""
    found = await queries.list_latest(session, after=paging.after_id(), limit=paging.fetch)
    return page_of(found, paging, show=OrderView.of, key=lambda order: (order.id,))


@router.get("/orders/waiting", operation_id="list_waiting_orders")
async def list_waiting_orders(session: Reading, paging: Paging) -> Page[OrderView]:
    """Refunds and cancellations whose order hasn't come, oldest first.

    They take effect when it does. One that stays here for days points to a shop that doesn't send
    us its orders.
    """
    found = await queries.list_waiting(session, after=paging.after_id(), limit=paging.fetch)
    return page_of(found, paging, show=OrderView.of, key=lambda order: (order.id,))


@router.get("/orders/{order_id}", operation_id="get_order")
async def get_order(order_id: str, session: Reading) -> ExplainedOrderView:
    """One order: its lines, its refunds, and every entry it caused with the figures behind it."""
    order = await queries.get(session, OrderId(from_wire("ord", order_id)))
    key = (order.facts.merchant_id, order.source.kind, order.source.id)
    entries = await ledger.entries_of_sources(session, [key])
    return ExplainedOrderView.explained(order, entries[key])


@router.get("/exchange-rates", operation_id="list_exchange_rates")
async def list_exchange_rates(session: Program) -> Page[RateView]:
    """What other currencies are worth in the merchant's own: all that was ever said."""
    return Page(items=[RateView.of(each) for each in await rates.list_rates(session)])


@router.post("/exchange-rates", operation_id="add_exchange_rate", status_code=201)
async def add_exchange_rate(
    body: NewRate, session: ProgramWriting, caller: SignedIn, now: Now
) -> RateView:
    """Say what a currency is worth from an instant on.

    Orders that have a rate keep it, and so do their refunds. Those placed since then that had none
    get this one and count for tiers, segments and badges from now on.
    """
    added = await rates.add_rate(
        session,
        currency=body.currency,
        rate=body.rate,
        since=body.effective_from or now,
        source=body.source,
        actor=caller.actor,
        now=now,
    )
    return RateView.of(added)
