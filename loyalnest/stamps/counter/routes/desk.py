"""REST for owner and manager: devices, clerks, what waits and what looks odd."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel.database import database_of
from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.stamps import queries as card_queries
from loyalnest.stamps.counter import queries
from loyalnest.stamps.counter.schemas import (
    ClerkChange,
    ClerkView,
    CounterSettings,
    HeldIntent,
    Naming,
    NewClerk,
    NewStamper,
    OddAlert,
    OfflinePolicy,
    PairingOffer,
    PlaceSettings,
    PlaceView,
    StamperEnd,
    StamperView,
)
from loyalnest.stamps.counter.service import alerting, clerks, deciding, settings, stampers
from loyalnest.stamps.counter.values import ALERT, CLERK, INTENT, STAMPER, Policy

router = APIRouter(prefix="/v1/api", tags=["Counter"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
Watching = Annotated[AsyncSession, tenant("staff:read")]
"""What is held against clerks is for those alone who answer for them."""


@router.get("/stampers", operation_id="list_stampers")
async def list_stampers(session: Reading) -> Page[StamperView]:
    """The devices that stamp, also those that were cut off."""
    stores = await queries.stores_by_id(session)
    found = await queries.list_stampers(session)
    return Page(items=[StamperView.of(it, stores) for it in found])


@router.post("/stampers", operation_id="add_stamper", status_code=201)
async def add_stamper(
    body: NewStamper, session: Writing, caller: SignedIn, now: Now, response: Response
) -> PairingOffer:
    """Take a device on. The answer holds the code that pairs it, once, within 15 minutes."""
    response.headers["Cache-Control"] = "no-store"
    store_id = from_wire("sto", body.store_id) if body.store_id else None
    stamper, code = await stampers.add_stamper(
        session, name=body.name, store_id=store_id, actor=caller.actor, now=now
    )
    stores = await queries.stores_by_id(session)
    return PairingOffer.of(stamper, code, stores, database_of(session).settings.address)


@router.post("/stampers/{stamper_id}/pairing", operation_id="pair_stamper_anew", status_code=201)
async def pair_stamper_anew(
    stamper_id: str, session: Writing, now: Now, response: Response
) -> PairingOffer:
    """Another code for a device: for its successor, or to let one back that was cut off.

    The device that is paired now goes on until the code is used.
    """
    response.headers["Cache-Control"] = "no-store"
    id_ = from_wire(STAMPER, stamper_id)
    stamper, code = await stampers.offer_pairing(session, id_, now=now)
    stores = await queries.stores_by_id(session)
    return PairingOffer.of(stamper, code, stores, database_of(session).settings.address)


@router.post("/stampers/{stamper_id}/revoke", operation_id="revoke_stamper")
async def revoke_stamper(
    stamper_id: str, body: StamperEnd, session: Writing, caller: SignedIn, now: Now
) -> StamperView:
    """Cut a device off from its next contact; what it brings after that waits for the owner.

    What a lost one has done since it was lost is shown as an alert.
    """
    stamper = await stampers.stop_stamper(
        session,
        from_wire(STAMPER, stamper_id),
        lost_at=body.lost_at,
        actor=caller.actor,
        now=now,
    )
    return StamperView.of(stamper, await queries.stores_by_id(session))


@router.get("/clerks", operation_id="list_clerks")
async def list_clerks(session: Reading) -> Page[ClerkView]:
    """Who stamps, suspended ones too."""
    return Page(items=[ClerkView.of(it) for it in await queries.list_clerks(session)])


@router.post("/clerks", operation_id="add_clerk", status_code=201)
async def add_clerk(body: NewClerk, session: Writing, caller: SignedIn, now: Now) -> ClerkView:
    """Take a clerk on: a name and a PIN. Devices know them from their next contact."""
    pin = body.pin.get_secret_value()
    added = await clerks.add_clerk(session, name=body.name, pin=pin, actor=caller.actor, now=now)
    return ClerkView.of(added)


@router.patch("/clerks/{clerk_id}", operation_id="change_clerk")
async def change_clerk(clerk_id: str, body: ClerkChange, session: Writing, now: Now) -> ClerkView:
    """Rename a clerk, give them another PIN, suspend them or let them back."""
    changed = await clerks.change_clerk(
        session,
        from_wire(CLERK, clerk_id),
        name=body.name,
        pin=body.pin.get_secret_value() if body.pin else None,
        state=body.state,
        now=now,
    )
    return ClerkView.of(changed)


@router.get("/counter/settings", operation_id="get_counter_settings")
async def get_counter_settings(session: Reading) -> CounterSettings:
    """What devices may do without a network; where stores are and when they are open."""
    places = await queries.places_of(session)
    stores = await queries.stores_by_id(session)
    return CounterSettings(
        policy=OfflinePolicy.of(await queries.policy_of(session)),
        places=[PlaceView.of(it, places.get(it.id)) for it in stores.values()],
    )


@router.put("/counter/settings/policy", operation_id="save_counter_policy")
async def save_counter_policy(
    body: OfflinePolicy, session: Writing, caller: SignedIn, now: Now
) -> OfflinePolicy:
    """Bound what devices may do without a network."""
    policy = Policy(body.offline_hours, body.offline_stamps)
    saved = await settings.save_policy(session, policy, actor=caller.actor, now=now)
    return OfflinePolicy.of(saved)


@router.put("/counter/settings/places/{store_id}", operation_id="save_counter_place")
async def save_counter_place(
    store_id: str, body: PlaceSettings, session: Writing, caller: SignedIn, now: Now
) -> PlaceView:
    """Say where a store is and when it is open: for alerts, and for cards with a distance."""
    id_ = from_wire("sto", store_id)
    saved = await settings.save_place(
        session,
        id_,
        hours=body.openings,
        latitude=body.latitude,
        longitude=body.longitude,
        actor=caller.actor,
        now=now,
    )
    return PlaceView.of((await queries.stores_by_id(session))[id_], saved)


@router.get("/counter/held", operation_id="list_held_intents")
async def list_held_intents(session: Watching, paging: Paging, now: Now) -> Page[HeldIntent]:
    """What devices wished and somebody has to decide, the longest waiting first."""
    found = await queries.list_held(session, after=paging.after_id(), limit=paging.fetch)
    naming = await _naming(session, [it.card_id for it in found], now)
    return page_of(found, paging, show=naming.held, key=lambda it: (it.id,))


@router.post("/counter/held/{intent_id}/accept", operation_id="accept_intent", status_code=204)
async def accept_intent(intent_id: str, session: Writing, caller: SignedIn, now: Now) -> None:
    """Let it count, at the time it happened. Where that can't be any more, it still waits."""
    id_ = from_wire(INTENT, intent_id)
    await deciding.accept(session, id_, actor=caller.actor, now=now)


@router.post("/counter/held/{intent_id}/reject", operation_id="reject_intent", status_code=204)
async def reject_intent(intent_id: str, session: Writing, caller: SignedIn, now: Now) -> None:
    """Don't let it count."""
    id_ = from_wire(INTENT, intent_id)
    await deciding.reject(session, id_, actor=caller.actor, now=now)


@router.get("/counter/alerts", operation_id="list_counter_alerts")
async def list_counter_alerts(
    session: Watching,
    paging: Paging,
    now: Now,
    seen: Annotated[bool, Query(description="Also those that somebody has seen.")] = False,
) -> Page[OddAlert]:
    """What looks odd at the counter, the latest first."""
    found = await queries.list_alerts(
        session, seen=seen, before=paging.after_id(), limit=paging.fetch
    )
    naming = await _naming(session, [it.card_id for it in found], now)
    return page_of(found, paging, show=naming.alert, key=lambda it: (it.id,))


@router.post("/counter/alerts/{alert_id}/seen", operation_id="see_counter_alert", status_code=204)
async def see_counter_alert(alert_id: str, session: Writing, caller: SignedIn, now: Now) -> None:
    """Put an alert away."""
    id_ = from_wire(ALERT, alert_id)
    await alerting.see_alert(session, id_, actor=caller.actor, now=now)


async def _naming(session: AsyncSession, card_ids: Sequence[UUID | None], now: Now) -> Naming:
    """What cards, clerks and devices of a list are called."""
    states = await card_queries.states(session, {it for it in card_ids if it}, now=now)
    owners = {it.card.customer_id for it in states.values()}
    people = await customers.find_many(session, list(owners))
    return Naming(
        states,
        {id_: it.name for id_, it in people.items()},
        {it.id: it for it in await queries.list_clerks(session)},
        {it.id: it for it in await queries.list_stampers(session)},
    )
