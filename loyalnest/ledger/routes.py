"""REST: accounts, entries, corrections, postings, units, merging."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, TypedDict
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.errors import Invalid
from loyalnest.kernel.http import (
    PROBLEMS,
    REPLAYED,
    AsOf,
    IdempotencyKey,
    KnownAt,
    Now,
    Page,
    Paging,
    SignedIn,
    page_of,
    repeated,
    request_hash,
    tenant,
)
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.ledger import balances, queries
from loyalnest.ledger.errors import UnitUnknown
from loyalnest.ledger.expiry import Expiry
from loyalnest.ledger.liability import liability
from loyalnest.ledger.schemas import (
    AccountsView,
    AccountView,
    AdjustRequest,
    EntryView,
    ExpiryChange,
    LiabilityView,
    LossesView,
    MergeRequest,
    MergeView,
    MonthView,
    PostedView,
    PostingsRequest,
    PostingsView,
    ReturnsView,
    ReturnView,
    UnitNames,
    UnitsView,
    UnitView,
    UnmergeRequest,
)
from loyalnest.ledger.service import correcting, merging, policy, posting, units
from loyalnest.ledger.service.merging import through
from loyalnest.ledger.values import EntryId, EntryKind, Posting, Source

_router = APIRouter(prefix="/v1/api", tags=["Ledger"], responses=PROBLEMS)
_LONGEST_DAYS = 3660
_AHEAD = timedelta(minutes=5)
"""How far a sender's clock may run before ours."""
Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(9990, 12, 31))]
Reading = Annotated[AsyncSession, tenant("points:read")]
Writing = Annotated[AsyncSession, tenant("points:write")]
Program = Annotated[AsyncSession, tenant("program:read")]
ProgramWriting = Annotated[AsyncSession, tenant("program:write")]
OfUnit = Annotated[
    str, Query(max_length=63, description="What is counted: points, or the stamps of one card.")
]
CustomersWriting = Annotated[AsyncSession, tenant("customers:write")]


@_router.get("/customers/{customer_id}/accounts", operation_id="list_accounts")
async def list_accounts(
    customer_id: str, session: Reading, now: Now, as_of: AsOf = None, known_at: KnownAt = None
) -> AccountsView:
    """What a customer has in every unit: now, or as of an instant, as far as was known then."""
    customer = await customers.get(session, _customer(customer_id))
    if as_of is None and known_at is None:
        found = (await balances.balances_of(session, [customer.id], now=now))[customer.id]
    else:
        found = await balances.balances_as_of(
            session, customer.id, as_of=as_of or now, known_at=known_at
        )
    return AccountsView(items=list(map(AccountView.of, found)))


@_router.get("/customers/{customer_id}/entries", operation_id="list_entries")
async def list_entries(
    customer_id: str, session: Reading, paging: Paging, unit: OfUnit = units.POINTS
) -> Page[EntryView]:
    """A customer's lines in the books of one unit, the latest first, each in words."""
    customer = await customers.get(session, _customer(customer_id))
    counted = await units.unit_asked(session, merchant_of(session), unit)
    if counted is None:
        return Page(items=[])
    after = paging.after_id()
    found = await queries.entries_of_customer(
        session,
        customer.id,
        limit=paging.fetch,
        before=EntryId(after) if after else None,
        unit_id=counted,
    )
    return page_of(found, paging, show=EntryView.of, key=lambda entry: (entry.id,))


@_router.post(
    "/points/adjust",
    operation_id="adjust_points",
    status_code=201,
    responses=repeated(EntryView),
)
async def adjust_points(
    body: AdjustRequest,
    key: IdempotencyKey,
    session: Writing,
    caller: SignedIn,
    now: Now,
    response: Response,
) -> EntryView:
    """Give or take points by hand, with a reason. Repeated with its key, it has happened once."""
    merchant_id = merchant_of(session)
    living = await _living(session, [body.customer_id])
    programs = await merchants.programs_of(session, [merchant_id])
    allowed = programs[merchant_id].at(now).settings.debt.allowed
    posted = await correcting.adjust(
        session,
        merchant_id=merchant_id,
        customer_id=living[body.customer_id],
        unit_id=(await units.unit_by_code(session, merchant_id, body.unit)).id,
        amount=body.amount,
        reason=body.reason,
        source=Source("adjustment", key),
        actor=caller.actor,
        may_owe=body.may_owe and allowed,
        request_hash=request_hash(body),
        now=now,
    )
    if posted.replayed:
        response.status_code = 200
        response.headers[REPLAYED] = "true"
    return EntryView.of(posted.entry)


@_router.post("/ledger/postings", operation_id="post_many", status_code=201)
async def post_many(
    body: PostingsRequest, session: Writing, caller: SignedIn, now: Now
) -> PostingsView:
    """Write up to 1,000 postings, all or none, each once for its `source_id` and `step`."""
    merchant_id = merchant_of(session)
    if any(each.occurred_at and each.occurred_at > now + _AHEAD for each in body.postings):
        raise Invalid(fields={"occurred_at": "What has not happened yet can't be posted."})
    living = await _living(session, [each.customer_id for each in body.postings])
    counted = {unit.code: unit.id for unit in await units.list_units(session, merchant_id)}
    if not all(each.unit in counted for each in body.postings):
        raise UnitUnknown
    posted = await posting.post_many(
        session,
        [
            Posting(
                merchant_id=merchant_id,
                customer_id=living[each.customer_id],
                unit_id=counted[each.unit],
                kind=EntryKind(each.kind),
                amount=each.amount,
                source=Source("api", each.source_id),
                step=each.step,
                occurred_at=each.occurred_at or now,
                held_until=each.held_until,
                reverses=each.reversed_entry(),
                reason=each.reason,
                basis=through(_customer(each.customer_id), living[each.customer_id]),
                actor=caller.actor,
                request_hash=request_hash(each),
            )
            for each in body.postings
        ],
        now=now,
    )
    return PostingsView(
        items=[
            PostedView(entry=EntryView.of(each.entry), replayed=each.replayed) for each in posted
        ]
    )


@_router.get("/ledger/liability", operation_id="get_liability")
async def get_liability(
    session: Reading,
    now: Now,
    first: Annotated[Day | None, Query(alias="from", description="In the first month.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="In the last month.")] = None,
) -> LiabilityView:
    """What is owed in points: opening, what each month brought, closing. In units, not in money.

    Up to ten years; without `from` the year that ends with `to`, without `to` up to today.
    """
    merchant = await merchants.get(session, merchant_of(session))
    until = last or now.astimezone(merchant.zone).date()
    since = first or until.replace(year=until.year - 1, day=1)
    if not since <= until or (until - since).days > _LONGEST_DAYS:
        raise Invalid(fields={"from": "A day before `to`, by ten years at most."})
    months = await liability(session, merchant_id=merchant.id, first=since, last=until)
    return LiabilityView(items=list(map(MonthView.of, months)))


@_router.get("/units", operation_id="list_units")
async def list_units(session: Program) -> UnitsView:
    """What this merchant counts, and when it lapses."""
    found = await units.list_units(session, merchant_of(session))
    return UnitsView(items=list(map(UnitView.of, found)))


@_router.put("/units/{code}/names", operation_id="rename_unit")
async def rename_unit(code: str, body: UnitNames, session: ProgramWriting, now: Now) -> UnitView:
    """Call what is counted something else: stars, beans, crumbs."""
    unit = await units.rename(
        session, merchant_id=merchant_of(session), code=code, names=body.names, now=now
    )
    return UnitView.of(unit)


@_router.put("/units/{code}/expiry", operation_id="set_expiry")
async def set_expiry(code: str, body: ExpiryChange, session: ProgramWriting, now: Now) -> UnitView:
    """Put an expiry policy in force. See first who would lose what: `…/expiry/preview`."""
    unit = await policy.set_expiry(session, **_change(session, code, body), now=now)
    return UnitView.of(unit)


@_router.post("/units/{code}/expiry/preview", operation_id="preview_expiry")
async def preview_expiry(code: str, body: ExpiryChange, session: Program, now: Now) -> LossesView:
    """Who would lose what, and when, if this policy were put in force now."""
    losses = await policy.preview_expiry(session, **_change(session, code, body), now=now)
    return LossesView.of(losses)


@_router.post("/customers/{customer_id}/merge", operation_id="merge_customers", status_code=201)
async def merge_customers(
    customer_id: str, body: MergeRequest, session: CustomersWriting, caller: SignedIn, now: Now
) -> MergeView:
    """Make one customer of two: identities, points with their dates, and debts come over."""
    merge_id = await merging.merge(
        session,
        merchant_id=merchant_of(session),
        kept_id=_customer(customer_id),
        merged_id=_customer(body.merged_id),
        actor=caller.actor,
        now=now,
    )
    return MergeView(id=to_wire("mrg", merge_id))


def router_of(earned_through: merging.EarnedThrough) -> APIRouter:
    """All the routes of the books; orders say what was earned through whose identity."""
    routes = APIRouter(prefix="/v1/api", tags=["Ledger"], responses=PROBLEMS)
    routes.routes += _router.routes

    @routes.get("/customers/{customer_id}/unmerge", operation_id="preview_unmerge")
    async def preview_unmerge(customer_id: str, merge_id: str, session: Reading) -> ReturnsView:
        """What undoing a merge would give back; what was spent meanwhile stays spent."""
        found = await merging.preview_unmerge(
            session,
            merchant_id=merchant_of(session),
            merge_id=await _merge_of(session, customer_id, merge_id),
            kept_id=_customer(customer_id),
            earned_through=earned_through,
        )
        return ReturnsView(
            items=[
                ReturnView(unit=each.unit, came_over=each.came_over, given_back=each.given_back)
                for each in found
            ]
        )

    @routes.post(
        "/customers/{customer_id}/unmerge", operation_id="unmerge_customers", status_code=204
    )
    async def unmerge_customers(
        customer_id: str,
        body: UnmergeRequest,
        session: CustomersWriting,
        caller: SignedIn,
        now: Now,
    ) -> None:
        """Undo a merge: identities, and what is left of the very points that came with it."""
        await merging.unmerge(
            session,
            merchant_id=merchant_of(session),
            merge_id=await _merge_of(session, customer_id, body.merge_id),
            earned_through=earned_through,
            actor=caller.actor,
            now=now,
        )

    return routes


class _Change(TypedDict):
    """A policy to put in force: what previewing it is told as well."""

    merchant_id: UUID
    code: str
    expiry: Expiry
    existing: bool


def _change(session: AsyncSession, code: str, body: ExpiryChange) -> _Change:
    return {
        "merchant_id": merchant_of(session),
        "code": code,
        "expiry": body.policy(),
        "existing": body.existing,
    }


def _customer(wire: str) -> UUID:
    return from_wire(customers.WIRE_PREFIX, wire)


async def _merge_of(session: AsyncSession, customer_id: str, merge_id: str) -> UUID:
    """A merge that stands and left this customer as the one. Raises MergeNotFound."""
    merge = from_wire("mrg", merge_id)
    if await customers.kept_by(session, merge) != _customer(customer_id):
        raise customers.MergeNotFound
    return merge


async def _living(session: AsyncSession, wires: Sequence[str]) -> dict[str, UUID]:
    """Who these customers are now, by the ids they were named by. Raises CustomerNotFound."""
    ids = {wire: _customer(wire) for wire in wires}
    found = await customers.find_many(session, list(set(ids.values())))
    if len(found) < len(set(ids.values())):
        raise customers.CustomerNotFound
    merchant_id = merchant_of(session)
    living = await customers.current_many(session, [(merchant_id, one) for one in found])
    return {wire: living[customer_id] for wire, customer_id in ids.items()}
