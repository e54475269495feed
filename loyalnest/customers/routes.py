"""REST: looking customers up, taking them in, changing what is known of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.customers import queries, service
from loyalnest.customers.errors import CustomerMergedAway, ErasureUnconfirmed, OneQuestion
from loyalnest.customers.schemas import (
    Coming,
    CustomerChanges,
    CustomerExport,
    CustomerView,
    ErasureRequest,
    FrequencyView,
    Group,
    Holding,
    MergeCandidateView,
    NewCustomer,
    NotOnePerson,
)
from loyalnest.customers.values import WIRE_PREFIX, Contact, Customer, CustomerId
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import (
    PROBLEMS,
    CallerKind,
    Now,
    Page,
    Paging,
    SignedIn,
    page_of,
    tenant,
)
from loyalnest.kernel.ids import from_wire, to_wire


class Balances(Protocol):
    """What customers have in every unit; whoever keeps the books fills this in."""

    def __call__(
        self, session: AsyncSession, customer_ids: Sequence[CustomerId], /, *, now: datetime
    ) -> Awaitable[Mapping[CustomerId, Sequence[Holding]]]: ...


Exporting = Callable[[AsyncSession, CustomerId], Awaitable[Mapping[str, object]]]
"""What somebody holds of a living customer and whoever was merged into them, in plain form."""


class FrequencyOf(Protocol):
    """How often customers come; who never came is left out."""

    def __call__(
        self, session: AsyncSession, customer_ids: Sequence[CustomerId], /
    ) -> Awaitable[Mapping[CustomerId, Coming]]: ...


class GroupsOf(Protocol):
    """Which tier and segment customers are in."""

    def __call__(
        self, session: AsyncSession, customer_ids: Sequence[CustomerId], /, *, now: datetime
    ) -> Awaitable[Mapping[CustomerId, Group]]: ...


class MembersOf(Protocol):
    """Who is on a tier, in a segment, or both, in the order they came."""

    def __call__(
        self,
        session: AsyncSession,
        wanted: Group,
        /,
        *,
        after: CustomerId | None,
        limit: int,
        now: datetime,
    ) -> Awaitable[Sequence[CustomerId]]: ...


@dataclass(frozen=True)
class Groups:
    """Where customers stand, from whoever judges them."""

    of: GroupsOf
    members: MembersOf


Reading = Annotated[AsyncSession, tenant("customers:read")]
Writing = Annotated[AsyncSession, tenant("customers:write")]
Anything = Annotated[
    str | None,
    Query(
        max_length=320,
        description="Words of a name (beginnings will do, and one typo), an e-mail, its local part"
        " or domain, or a phone. Best match first.",
    ),
]
Email = Annotated[str | None, Query(max_length=320, description="The whole address.")]
Phone = Annotated[str | None, Query(max_length=64, description="With its country code.")]
ExternalId = Annotated[
    str | None, Query(max_length=255, description="The id at a provider, in any store.")
]
Ids = Annotated[
    list[str] | None, Query(max_length=100, description="These customers, in any order.")
]
Tier = Annotated[str | None, Query(max_length=63, description="The key of the tier that counts.")]
Segment = Annotated[str | None, Query(max_length=63, description="The RFM segment.")]
Show = Callable[[AsyncSession, Sequence[Customer], datetime], Awaitable[list[CustomerView]]]

Listed = Callable[[AsyncSession, Group, Paging, datetime], Awaitable[list[Customer]]]


def router_of(
    balances: Balances,
    groups: Groups,
    frequency: FrequencyOf,
    *,
    forgetting: Sequence[service.Forgetting] = (),
    exporting: Sequence[Exporting] = (),
) -> APIRouter:
    """The routes of this module, with balances from the books, groups from who judges them, and
    how often people come from who counts their visits.

    `forgetting` are those who know people by their addresses: they forget before the addresses do.
    `exporting` are those who hold something else of people, each under names of its own.
    """

    async def show(
        session: AsyncSession, people: Sequence[Customer], now: datetime
    ) -> list[CustomerView]:
        ids = [one.id for one in people]
        held = await balances(session, ids, now=now)
        found = await groups.of(session, ids, now=now)
        coming = await frequency(session, ids)
        return [
            CustomerView.of(
                one,
                held.get(one.id, ()),
                found.get(one.id, Group()),
                FrequencyView.of(coming[one.id], now) if one.id in coming else None,
            )
            for one in people
        ]

    router = _empty()
    router.routes += _finding(show, _listing(groups.members)).routes
    router.routes += _knowing(show).routes
    router.get("/merge-candidates", operation_id="list_merge_candidates")(list_merge_candidates)
    dismiss = router.post("/merge-candidates/dismiss", status_code=204)
    dismiss(dismiss_merge_candidate)
    router.routes += _exporting(exporting).routes
    router.routes += _erasing(forgetting).routes
    return router


def _empty() -> APIRouter:
    return APIRouter(prefix="/v1/api", tags=["Customers"], responses=PROBLEMS)


def _finding(show: Show, listed: Listed) -> APIRouter:
    router = _empty()

    @router.get("/customers", operation_id="list_customers")
    async def list_customers(  # pyright: ignore[reportUnusedFunction]
        session: Reading,
        paging: Paging,
        now: Now,
        q: Anything = None,
        email: Email = None,
        phone: Phone = None,
        external_id: ExternalId = None,
        id: Ids = None,
        tier: Tier = None,
        segment: Segment = None,
    ) -> Page[CustomerView]:
        """Customers by what is known of them, or all of them, oldest first.

        Ask by one of `q`, `email`, `phone`, `external_id` and `id`, or by `tier` and `segment`; no
        hit is an empty list.
        """
        asked = {"q": q, "email": email, "phone": phone, "external_id": external_id, "id": id}
        given = {name: text for name, text in asked.items() if text is not None}
        wanted = Group(tier, segment)
        if len(given) + (wanted != Group()) > 1:
            raise OneQuestion
        if given:
            (name, text) = given.popitem()
            people = await _found(session, name, text, paging.limit)
            return Page(items=await show(session, people, now))
        people = await listed(session, wanted, paging, now)
        views = await show(session, people, now)
        return page_of(
            list(zip(people, views, strict=True)),
            paging,
            show=lambda row: row[1],
            key=lambda row: (row[0].id,),
        )

    @router.get("/customers/{customer_id}", operation_id="get_customer")
    async def get_customer(  # pyright: ignore[reportUnusedFunction]
        customer_id: str, session: Reading, now: Now
    ) -> CustomerView:
        """One customer. `merged_into` names who it is now, if it was merged."""
        found = await queries.get(session, from_wire(WIRE_PREFIX, customer_id))
        return (await show(session, [found], now))[0]

    return router


def _knowing(show: Show) -> APIRouter:
    router = _empty()

    @router.post("/customers", operation_id="enrol_customer", status_code=201)
    async def enrol_customer(  # pyright: ignore[reportUnusedFunction]
        body: NewCustomer, session: Writing, now: Now, response: Response
    ) -> CustomerView:
        """Take somebody into the program.

        Whoever is known by this e-mail or verified phone already is that customer (200); sending it
        again changes nothing.
        """
        contact = Contact(merchant_of(session), **body.model_dump(exclude={"enrol"}))
        customer_id, fresh = await service.take_in(session, contact, enrol=body.enrol, now=now)
        if not fresh:
            response.status_code = 200
        return (await show(session, [await queries.get(session, customer_id)], now))[0]

    @router.patch("/customers/{customer_id}", operation_id="change_customer")
    async def change_customer(  # pyright: ignore[reportUnusedFunction]
        customer_id: str, body: CustomerChanges, session: Writing, caller: SignedIn, now: Now
    ) -> CustomerView:
        """Change what is known of a customer.

        A birthday is given once. Afterwards only staff can correct it, so that nobody has two in a
        year.
        """
        id_ = from_wire(WIRE_PREFIX, customer_id)
        await service.amend(
            session,
            customer_id=id_,
            changes=body.model_dump(exclude_unset=True),
            may_move_birthday=caller.kind is CallerKind.STAFF,
            now=now,
        )
        return (await show(session, [await queries.get(session, id_)], now))[0]

    return router


async def list_merge_candidates(session: Reading) -> Page[MergeCandidateView]:
    """Pairs of customers who may be one person, latest first; somebody has to decide."""
    pairs = await queries.list_merge_candidates(session)
    return Page(
        items=[
            MergeCandidateView(
                customer_id=to_wire(WIRE_PREFIX, one), other_id=to_wire(WIRE_PREFIX, other)
            )
            for one, other in pairs
        ]
    )


async def dismiss_merge_candidate(body: NotOnePerson, session: Writing, now: Now) -> None:
    """Settle that a pair is two people; it is not offered again."""
    await service.dismiss_candidate(
        session,
        merchant_id=merchant_of(session),
        pair=(from_wire(WIRE_PREFIX, body.customer_id), from_wire(WIRE_PREFIX, body.other_id)),
        now=now,
    )


def _exporting(exporting: Sequence[Exporting]) -> APIRouter:
    router = _empty()

    @router.get("/customers/{customer_id}/export")
    async def export_customer(  # pyright: ignore[reportUnusedFunction]
        customer_id: str, session: Writing
    ) -> CustomerExport:
        """All that is known of a person, in plain form, to be handed to them.

        Their orders, entries and events have lists of their own.
        """
        id_ = await _still_there(session, customer_id)
        known = await queries.export_customer(session, id_)
        held: dict[str, object] = {}
        for export in exporting:
            held |= await export(session, id_)
        return CustomerExport.model_validate({**known, "held": held})

    return router


def _erasing(forgetting: Sequence[service.Forgetting]) -> APIRouter:
    router = _empty()

    @router.post("/customers/{customer_id}/erase", operation_id="erase_customer", status_code=204)
    async def erase_customer(  # pyright: ignore[reportUnusedFunction]
        customer_id: str, body: ErasureRequest, session: Writing, now: Now
    ) -> None:
        """Remove everything personal, of whoever was merged into them too, for good.

        The books keep the id and the points. Repeated, it changes nothing.
        """
        if body.confirm != customer_id:
            raise ErasureUnconfirmed
        id_ = await _still_there(session, customer_id)
        await service.erase_customer(
            session,
            merchant_id=merchant_of(session),
            customer_id=id_,
            forgetting=forgetting,
            now=now,
        )

    return router


async def _still_there(session: AsyncSession, wire: str) -> CustomerId:
    """Whoever was merged is asked for by the one who was kept: the two are one person."""
    found = await queries.get(session, from_wire(WIRE_PREFIX, wire))
    if found.merged_into:
        raise CustomerMergedAway
    return found.id


def _listing(members: MembersOf) -> Listed:
    """A page of those who are in a group; of everybody, where no group is asked for."""

    async def listed(
        session: AsyncSession, wanted: Group, paging: Paging, now: datetime
    ) -> list[Customer]:
        after, limit = paging.after_id(), paging.fetch
        if wanted == Group():
            return await queries.list_customers(session, after=after, limit=limit)
        ids = await members(session, wanted, after=after, limit=limit, now=now)
        found = await queries.find_many(session, ids)
        return [found[id_] for id_ in ids]

    return listed


async def _found(
    session: AsyncSession, name: str, asked: str | Sequence[str], limit: int
) -> list[Customer]:
    if not isinstance(asked, str):
        found = await queries.find_many(session, [from_wire(WIRE_PREFIX, each) for each in asked])
        return list(found.values())
    if name == "email":
        return (await queries.find_by_email(session, asked))[:limit]
    if name == "phone":
        return (await queries.find_by_phone(session, asked))[:limit]
    if name == "external_id":
        stores = await merchants.list_stores(session, merchant_id=merchant_of(session))
        places = [(store.provider, store.id) for store in stores]
        return await queries.find_by_external_id(session, asked, stores=places)
    return await queries.search(session, asked, limit=limit)
