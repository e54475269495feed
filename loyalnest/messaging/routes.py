"""REST: who carries messages, what became of each, and sending again what didn't arrive."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Instant, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.messaging import queries, service
from loyalnest.messaging.errors import ProviderUnknown
from loyalnest.messaging.ports import Offer
from loyalnest.messaging.schemas import (
    DeliveryDetails,
    DeliveryView,
    NewSender,
    ProviderView,
    Retried,
    RetryMany,
    SenderChange,
    SenderView,
    filters_of,
)
from loyalnest.messaging.trial_routes import add_tests
from loyalnest.messaging.values import (
    SENDER_PREFIX,
    WIRE_PREFIX,
    Channel,
    Provider,
    Purpose,
    State,
)
from loyalnest.templates import UnitNames

Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
Looking = Annotated[AsyncSession, tenant("customers:read")]
Changing = Annotated[AsyncSession, tenant("customers:write")]

deliveries_router = APIRouter(
    prefix="/v1/api/notifications/deliveries", tags=["Messages"], responses=PROBLEMS
)


def router_of(
    offers: Sequence[Offer], address: str = "", units: UnitNames | None = None
) -> APIRouter:
    """The routes of senders, for the providers that there are; `address` is the installation's."""
    by_provider = {offer.provider: offer for offer in offers}
    router = APIRouter(prefix="/v1/api/notifications", tags=["Messages"], responses=PROBLEMS)
    _reading(router, offers)
    _writing(router, by_provider)
    _switching(router)
    add_tests(router, by_provider, address=address, units=units)
    return router


def _reading(router: APIRouter, offers: Sequence[Offer]) -> None:
    @router.get("/providers", operation_id="list_message_providers")
    async def list_message_providers(session: Reading) -> Page[ProviderView]:
        """Who can carry messages here, and what each needs to know."""
        return Page(items=[ProviderView.of(offer) for offer in offers])

    @router.get("/senders", operation_id="list_senders")
    async def list_senders(session: Reading) -> Page[SenderView]:
        """Who carries your messages on each channel, and how they get on."""
        return Page(items=[SenderView.of(it) for it in await queries.list_senders(session)])

    @router.get("/senders/{sender_id}", operation_id="get_sender")
    async def get_sender(sender_id: str, session: Reading) -> SenderView:
        """One sender, also one that was replaced."""
        id_ = from_wire(SENDER_PREFIX, sender_id)
        return SenderView.of(await queries.get_sender(session, id_))

    _ = list_message_providers, list_senders, get_sender


def _writing(router: APIRouter, offers: Mapping[Provider, Offer]) -> None:
    @router.post("/senders", operation_id="set_up_sender", status_code=201)
    async def set_up_sender(
        body: NewSender, session: Writing, caller: SignedIn, now: Now
    ) -> SenderView:
        """Use this account on its channel from now on.

        What was used before is replaced, and what waited for it goes by this one.
        """
        made = await service.set_up(
            session,
            body.setup(body.channel),
            _offer(offers, body.provider),
            actor=caller.actor,
            now=now,
        )
        return SenderView.of(made)

    @router.put("/senders/{sender_id}", operation_id="change_sender")
    async def change_sender(
        sender_id: str, body: SenderChange, session: Writing, caller: SignedIn, now: Now
    ) -> SenderView:
        """Change an account's details. One that was refused is tried again with them."""
        id_ = from_wire(SENDER_PREFIX, sender_id)
        sender = await queries.get_sender(session, id_)
        changed = await service.change(
            session,
            id_,
            body.setup(sender.channel),
            _offer(offers, sender.provider),
            read_version=body.version,
            actor=caller.actor,
            now=now,
        )
        return SenderView.of(changed)

    _ = set_up_sender, change_sender


def _switching(router: APIRouter) -> None:
    @router.post("/senders/{sender_id}/pause", operation_id="pause_sender")
    async def pause_sender(
        sender_id: str, session: Writing, caller: SignedIn, now: Now
    ) -> SenderView:
        """Let what is to go wait."""
        id_ = from_wire(SENDER_PREFIX, sender_id)
        paused = await service.switch(session, id_, on=False, actor=caller.actor, now=now)
        return SenderView.of(paused)

    @router.post("/senders/{sender_id}/resume", operation_id="resume_sender")
    async def resume_sender(
        sender_id: str, session: Writing, caller: SignedIn, now: Now
    ) -> SenderView:
        """Let it go on at once, whatever it waited for."""
        id_ = from_wire(SENDER_PREFIX, sender_id)
        resumed = await service.switch(session, id_, on=True, actor=caller.actor, now=now)
        return SenderView.of(resumed)

    @router.delete("/senders/{sender_id}", operation_id="remove_sender", status_code=204)
    async def remove_sender(sender_id: str, session: Writing, caller: SignedIn, now: Now) -> None:
        """Use it no more. Nothing is sent on its channel then, until you set up another."""
        id_ = from_wire(SENDER_PREFIX, sender_id)
        await service.remove(session, id_, actor=caller.actor, now=now)

    _ = pause_sender, resume_sender, remove_sender


def _offer(offers: Mapping[Provider, Offer], provider: Provider) -> Offer:
    if provider not in offers:
        raise ProviderUnknown
    return offers[provider]


@deliveries_router.get("", operation_id="list_messages")
async def list_messages(
    session: Looking,
    paging: Paging,
    state: Annotated[State | None, Query()] = None,
    channel: Annotated[Channel | None, Query()] = None,
    purpose: Annotated[Purpose | None, Query()] = None,
    occasion: Annotated[str | None, Query(max_length=64)] = None,
    reason: Annotated[str | None, Query(max_length=64)] = None,
    sender_id: Annotated[str | None, Query(max_length=40)] = None,
    customer_id: Annotated[str | None, Query(max_length=40)] = None,
    journey_id: Annotated[str | None, Query(max_length=40)] = None,
    since: Annotated[Instant | None, Query(description="Asked for then or later.")] = None,
    until: Annotated[Instant | None, Query(description="Asked for before then.")] = None,
) -> Page[DeliveryView]:
    """Messages, the latest asked for first, each with the reason where it didn't arrive."""
    filters = filters_of(
        {
            "state": state,
            "channel": channel,
            "purpose": purpose,
            "occasion": occasion,
            "reason": reason,
            "sender_id": sender_id,
            "customer_id": customer_id,
            "journey_id": journey_id,
            "since": since,
            "until": until,
        }
    )
    found = await queries.list_deliveries(
        session, filters, before=paging.after_id(), limit=paging.fetch
    )
    return page_of(found, paging, show=DeliveryView.of, key=lambda it: (it.id,))


@deliveries_router.post("/retry", operation_id="retry_messages")
async def retry_messages(body: RetryMany, session: Changing, now: Now) -> Retried:
    """Send again, of what these filters show, what failed, was dropped or is in doubt.

    A thousand at the most; ask again for more. Each is judged anew when it goes.
    """
    return Retried(retried=await service.retry_many(session, body.filters(), now=now))


@deliveries_router.get("/{message_id}", operation_id="get_message")
async def get_message(message_id: str, session: Looking) -> DeliveryDetails:
    """One message, its whole way, and what went in its stead."""
    id_ = from_wire(WIRE_PREFIX, message_id)
    found = await queries.get_delivery(session, id_)
    moves, legs = await queries.moves_of(session, id_), await queries.legs_of(session, id_)
    return DeliveryDetails.with_way(found, moves, legs)


@deliveries_router.post("/{message_id}/retry", operation_id="retry_message")
async def retry_message(message_id: str, session: Changing, now: Now) -> DeliveryView:
    """Send one again that failed, was dropped or is in doubt.

    Of one in doubt somebody may then get two.
    """
    retried = await service.retry(session, from_wire(WIRE_PREFIX, message_id), now=now)
    return DeliveryView.of(retried)
