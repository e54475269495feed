"""REST for devices: being paired, knowing what to know, and wishing."""

from collections.abc import AsyncGenerator, Iterable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.params import Security as SecurityParam
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, customers, merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import sign
from loyalnest.kernel.http import (
    ONLY_FOR,
    PROBLEMS,
    Caller,
    CallerKind,
    Db,
    Now,
    SignedIn,
    database_at,
    nobody,
)
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.stamps import queries as card_queries
from loyalnest.stamps import showing
from loyalnest.stamps.counter import queries
from loyalnest.stamps.counter.access import StamperScope
from loyalnest.stamps.counter.device_schemas import (
    CardAtCounter,
    ClerkAtCounter,
    ClerkSignIn,
    CodeShown,
    CounterMerchant,
    CounterPolicy,
    CounterProgram,
    IntentBatch,
    IntentResult,
    IntentResults,
    Looked,
    NamedThing,
    PairedStamper,
    Pairing,
    RecentStamps,
    StampAtHand,
    StamperFacts,
    named_stamper,
)
from loyalnest.stamps.counter.errors import StamperRevoked
from loyalnest.stamps.counter.rules.signed import point_of
from loyalnest.stamps.counter.service import clerks, stampers
from loyalnest.stamps.counter.service.applying import apply_batch
from loyalnest.stamps.counter.values import CLERK, ClerkState, Stamper
from loyalnest.stamps.values import STAMP, CardState, ProgramState

device_router = APIRouter(prefix="/v1/api/stamper", tags=["Stamper"], responses=PROBLEMS)
_DEVICES = {ONLY_FOR: [CallerKind.STAMPER]}


async def _bringing(caller: SignedIn) -> Caller:
    """A device, also one that was cut off. Raises MissingScope."""
    if StamperScope.CUT_OFF not in caller.scopes:
        caller.require(StamperScope.STAMP)
    return caller


async def _stamping(caller: SignedIn) -> Caller:
    """A device. Raises StamperRevoked, MissingScope."""
    if StamperScope.CUT_OFF in caller.scopes:
        raise StamperRevoked
    caller.require(StamperScope.STAMP)
    return caller


Bringing = Annotated[Caller, SecurityParam(_bringing, scopes=[StamperScope.STAMP])]
Stamping = Annotated[Caller, SecurityParam(_stamping, scopes=[StamperScope.STAMP])]


async def _open(request: Request, caller: Stamping) -> AsyncGenerator[AsyncSession]:
    async with database_at(request).tenant(caller.merchant_id, keeping_plans=True) as session:
        sign(session, caller.author)
        yield session


AtCounter = Annotated[AsyncSession, Depends(_open, scope="function")]


@device_router.post("/pair", operation_id="pair_stamper", status_code=201)
async def pair_stamper(
    body: Pairing, session: Annotated[AsyncSession, nobody()], now: Now, response: Response
) -> PairedStamper:
    """Pair a device by the code that the owner shows.

    Whoever guesses is counted by their address, and each code lasts 15 minutes.
    """
    response.headers["Cache-Control"] = "no-store"
    stamper, token = await stampers.pair(
        session,
        code=body.code,
        public_key=point_of(body.public_key),
        device=body.device_name,
        now=now,
    )
    facts = await _facts(session, stamper, now)
    return PairedStamper(**dict(facts), stamper_id=named_stamper(stamper).id, token=token)


@device_router.get("/me", operation_id="get_stamper_facts", openapi_extra=_DEVICES)
async def get_stamper_facts(session: AtCounter, caller: Stamping, now: Now) -> StamperFacts:
    """All a device has to know, also without a network: cards, clerks, what it may do."""
    await stampers.note_contact(session, caller.subject_id, now=now)
    return await _facts(session, await queries.get_stamper(session, caller.subject_id), now)


@device_router.post(
    "/clerk", operation_id="check_clerk_pin", status_code=204, openapi_extra=_DEVICES
)
async def check_clerk_pin(body: ClerkSignIn, caller: Stamping, database: Db, now: Now) -> None:
    """Whether this is the clerk's PIN. After five wrong ones none is looked at for five minutes."""
    async with database.tenant(caller.merchant_id) as session:
        clerk_id = from_wire(CLERK, body.clerk_id)
        pin = body.pin.get_secret_value()
        refusal = await clerks.check_pin(session, clerk_id, pin, now=now)
    if refusal is not None:
        raise refusal


@device_router.post("/look", operation_id="look_at_card", openapi_extra=_DEVICES)
async def look_at_card(body: CodeShown, session: AtCounter, now: Now) -> Looked:
    """Whose cards somebody means who shows a code, or says a card's number or a phone."""
    reading = await showing.read_code(session, body.code, now=now)
    return Looked.of(reading, await _names(session, reading.cards))


@device_router.post("/intents", operation_id="carry_out_intents", openapi_extra=_DEVICES)
async def carry_out_intents(
    body: IntentBatch, caller: Bringing, database: Db, now: Now
) -> IntentResults:
    """Carry out what a device wishes, at once or late; each counts once, however often it is sent.

    What a device brings that was cut off is kept for the owner, and answered with 401.
    """
    sent = [it.signed for it in body.intents]
    async with database.tenant(caller.merchant_id, keeping_plans=True) as session:
        sign(session, caller.author)
        answers, states = await apply_batch(session, caller.subject_id, sent, now=now)
        if StamperScope.CUT_OFF not in caller.scopes:
            missing = {it.card_id for it in answers if it.card_id} - states.keys()
            if missing:
                states |= await card_queries.states(session, missing, now=now)
        names = await _names(session, states.values())
    if StamperScope.CUT_OFF in caller.scopes:
        raise StamperRevoked
    return IntentResults(results=[IntentResult.of(it, states, names) for it in answers])


@device_router.get("/recent", operation_id="list_recent_stamps", openapi_extra=_DEVICES)
async def list_recent_stamps(session: AtCounter, caller: Stamping, now: Now) -> RecentStamps:
    """What this device stamped last, the latest first."""
    stamper = await queries.get_stamper(session, caller.subject_id)
    rows = await queries.recent_stamps(session, stamper)
    states = await card_queries.states(session, {row.card_id for row in rows}, now=now)
    names = await _names(session, states.values())
    return RecentStamps(
        stamps=[
            StampAtHand(
                stamp_id=to_wire(STAMP, row.stamp_id),
                counter=row.counter,
                at=row.happened_at,
                count=row.stamped,
                card=CardAtCounter.of(states[row.card_id], names),
                undone=row.undone_at is not None,
            )
            for row in rows
        ]
    )


async def _facts(session: AsyncSession, stamper: Stamper, now: datetime) -> StamperFacts:
    merchant = await merchants.get(session, merchant_of(session))
    store = None
    if stamper.store_id is not None:
        found = await merchants.get_store(session, stamper.store_id)
        store = NamedThing(id=to_wire("sto", found.id), name=found.name)
    programs = await card_queries.programs(session)
    people = await queries.list_clerks(session)
    return StamperFacts(
        server_time=now,
        merchant=CounterMerchant.of(merchant, await branding.current(session)),
        store=store,
        stamper=named_stamper(stamper),
        programs=[CounterProgram.of(it) for it in programs if it.state is ProgramState.ACTIVE],
        clerks=[ClerkAtCounter.of(it) for it in people if it.state is ClerkState.ACTIVE],
        policy=CounterPolicy.of(await queries.policy_of(session)),
    )


async def _names(session: AsyncSession, cards: Iterable[CardState]) -> dict[UUID, str | None]:
    owners = {it.card.customer_id for it in cards}
    people = await customers.find_many(session, list(owners))
    return {id_: it.name for id_, it in people.items()}
