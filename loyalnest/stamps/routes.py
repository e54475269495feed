"""REST: card programs, cards, and stamping them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, merchants
from loyalnest.kernel.http import (
    PROBLEMS,
    REPLAYED,
    Caller,
    Db,
    IdempotencyKey,
    Now,
    Page,
    Paging,
    SignedIn,
    claim,
    entitled,
    page_of,
    repeated,
    request_hash,
    tenant,
)
from loyalnest.kernel.ids import from_wire, new_id, to_wire
from loyalnest.stamps import circulation, codes, errors, queries, service
from loyalnest.stamps.desk import Named, StampRequest, open_desk
from loyalnest.stamps.scanning import Scan
from loyalnest.stamps.schemas import (
    CardProgramChange,
    CardProgramView,
    CardRewardView,
    CardView,
    CirculationView,
    ConvertRequest,
    NewCard,
    NewCardProgram,
    NewStamp,
    StampedView,
    StampView,
    TermsPreview,
    UndoRequest,
    UseCardReward,
)
from loyalnest.stamps.values import (
    CARD,
    CARD_REWARD,
    CONVERSION,
    PROGRAM,
    STAMP,
    CardId,
    CardProgram,
    CardProgramId,
    CardRewardId,
    Opening,
    StampId,
)

router = APIRouter(prefix="/v1/api", tags=["Stamp cards"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
Looking = Annotated[AsyncSession, tenant("points:read")]
Stamping = Annotated[AsyncSession, tenant("points:write")]


@router.get("/card-programs", operation_id="list_card_programs")
async def list_card_programs(session: Reading) -> Page[CardProgramView]:
    """The merchant's card programs in the order they were made."""
    cards = await queries.count_cards(session)
    found = await queries.programs(session)
    return Page(items=[CardProgramView.of(it, cards.get(it.id, 0)) for it in found])


@router.post("/card-programs", operation_id="create_card_program", status_code=201)
async def create_card_program(
    body: NewCardProgram, session: Writing, caller: SignedIn, now: Now
) -> CardProgramView:
    """Draw a card program up. Only an active one is stamped."""
    made = await service.create(session, body.terms, state=body.state, actor=caller.actor, now=now)
    return CardProgramView.of(made, 0)


@router.get("/card-programs/{card_program_id}", operation_id="get_card_program")
async def get_card_program(card_program_id: str, session: Reading) -> CardProgramView:
    """One card program."""
    return await _shown(session, await queries.get_program(session, _program(card_program_id)))


@router.put("/card-programs/{card_program_id}", operation_id="save_card_program")
async def save_card_program(
    card_program_id: str, body: CardProgramChange, session: Writing, caller: SignedIn, now: Now
) -> CardProgramView:
    """Change a program from now on, or pause it, put it away, bring it back.

    A card in circulation keeps the terms that its round began with, unless the new ones are better;
    the next round follows the newest.
    """
    saved = await service.save(
        session,
        _program(card_program_id),
        body.terms,
        state=body.state,
        read_version=body.version,
        actor=caller.actor,
        now=now,
    )
    return await _shown(session, saved)


@router.post("/card-programs/{card_program_id}/preview", operation_id="preview_card_program")
async def preview_card_program(
    card_program_id: str, body: TermsPreview, session: Reading
) -> CirculationView:
    """What other terms would mean for the cards in circulation. Nothing is changed."""
    it = await circulation.preview(session, _program(card_program_id), body.terms)
    return CirculationView(improves=it.improves, at_once=it.at_once, next_round=it.next_round)


@router.post("/cards", operation_id="open_card", status_code=201)
async def open_card(body: NewCard, session: Stamping, caller: SignedIn, now: Now) -> CardView:
    """Give a customer a card. Whoever has one of this program is answered with that one."""
    opening = Opening(
        customer_id=from_wire(customers.WIRE_PREFIX, body.customer_id),
        program_id=_program(body.card_program_id),
        store_id=await _store(session, body.store_id),
        actor=caller.actor,
    )
    (state,) = await service.open_cards(session, [opening], now=now)
    return CardView.of(state)


@router.get("/customers/{customer_id}/cards", operation_id="list_customer_cards")
async def list_customer_cards(customer_id: str, session: Looking, now: Now) -> Page[CardView]:
    """A customer's cards."""
    found = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    who = found.merged_into or found.id
    held = await queries.states_of_customers(session, [who], now=now)
    return Page(items=[CardView.of(it) for it in held[who]])


@router.get("/customers/{customer_id}/card-rewards", operation_id="list_customer_card_rewards")
async def list_customer_card_rewards(
    customer_id: str, session: Looking, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Page[CardRewardView]:
    """What a customer's cards have brought, the latest first."""
    found = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    rewards = await queries.list_rewards(session, found.merged_into or found.id, limit=limit)
    return Page(items=[CardRewardView.of(it) for it in rewards])


@router.get("/cards/{card_id}", operation_id="get_card")
async def get_card(card_id: str, session: Looking, now: Now) -> CardView:
    """One card."""
    return CardView.of(await queries.get_state(session, _card(card_id), now=now))


@router.get("/cards/{card_id}/stamps", operation_id="list_card_stamps")
async def list_card_stamps(card_id: str, session: Looking, paging: Paging) -> Page[StampView]:
    """What was stamped on a card, the latest first."""
    before = paging.after_id()
    found = await queries.list_stamps(
        session,
        _card(card_id),
        before=StampId(before) if before else None,
        limit=paging.fetch,
    )
    return page_of(found, paging, show=StampView.of, key=lambda one: (one.id,))


@router.post(
    "/cards/{card_id}/conversions",
    operation_id="convert_card",
    status_code=201,
    responses=repeated(CardView),
)
async def convert_card(
    card_id: str,
    body: ConvertRequest,
    session: Stamping,
    key: IdempotencyKey,
    caller: SignedIn,
    now: Now,
    response: Response,
) -> CardView:
    """Exchange stamps for points, or points for stamps, at the rate of the card's terms."""
    conversion_id = new_id()
    earlier = await claim(
        session,
        scope="convert_card",
        key=key,
        request_hash=request_hash(body, card_id),
        effect={"conversion_id": to_wire(CONVERSION, conversion_id)},
        now=now,
    )
    if earlier is not None:
        response.status_code = 200
        response.headers[REPLAYED] = "true"
        return CardView.of(await queries.get_state(session, _card(card_id), now=now))
    state = await service.convert(
        session,
        _card(card_id),
        body.direction,
        times=body.times,
        conversion_id=conversion_id,
        actor=caller.actor,
        now=now,
    )
    return CardView.of(state)


@router.post("/stamps/{stamp_id}/undo", operation_id="undo_stamp")
async def undo_stamp(
    stamp_id: str, body: UndoRequest, session: Stamping, caller: SignedIn, now: Now
) -> CardView:
    """Take a stamping back. What it brought goes with it, unless it was used."""
    state = await service.undo(
        session,
        StampId(from_wire(STAMP, stamp_id)),
        reason=body.reason,
        actor=caller.actor,
        now=now,
    )
    return CardView.of(state)


@router.post("/card-rewards/{card_reward_id}/use", operation_id="use_card_reward")
async def use_card_reward(
    card_reward_id: str,
    body: UseCardReward,
    session: Stamping,
    key: IdempotencyKey,
    caller: SignedIn,
    now: Now,
) -> CardView:
    """Hand a customer what a stage brought; once."""
    using = service.Using(
        reward_id=_reward(card_reward_id),
        key=f"api:{key}",
        actor=caller.actor,
        at=now,
        store_id=await _store(session, body.store_id),
    )
    return CardView.of(await service.use(session, using, now=now))


@router.post("/card-rewards/{card_reward_id}/put-back", operation_id="put_card_reward_back")
async def put_card_reward_back(
    card_reward_id: str, session: Stamping, caller: SignedIn, now: Now
) -> CardView:
    """Have a reward there again that was marked as used by mistake."""
    return CardView.of(
        await service.put_back(session, _reward(card_reward_id), actor=caller.actor, now=now)
    )


def desk_router() -> APIRouter:
    """The door for stamping; what comes at once is carried out together."""
    door = APIRouter(prefix="/v1/api", tags=["Stamp cards"], responses=PROBLEMS)
    desk = open_desk()

    @door.post(
        "/stamps",
        operation_id="stamp_card",
        status_code=201,
        responses=repeated(StampedView),
    )
    async def stamp_card(  # pyright: ignore[reportUnusedFunction]
        body: NewStamp,
        key: IdempotencyKey,
        db: Db,
        caller: Annotated[Caller, entitled("points:write")],
        now: Now,
        response: Response,
    ) -> StampedView:
        """Stamp a customer's card; full cards and reached stages bring their rewards at once.

        The same request again is answered with the same stamp, and changes nothing. A live code
        counts once; one that could be somebody else's (of paper, or of a pass that is older than
        the card) is refused with `CONFIRM_NAME`, which says whose name staff should hear, until
        `confirmed` is true.
        """
        request = StampRequest(
            merchant_id=caller.merchant_id,
            author=caller.author,
            named=_named(body, key=f"api:{key}", at=now),
            count=body.count,
            purchase=body.purchase,
            kind=body.kind,
            store_id=from_wire("sto", body.store_id) if body.store_id else None,
            key=f"api:{key}",
            request_hash=request_hash(body),
            at=now,
        )
        stamped = await desk.ask(db, request)
        if stamped.again:
            response.status_code = 200
            response.headers[REPLAYED] = "true"
        return StampedView.of(stamped)

    return door


def _named(body: NewStamp, *, key: str, at: datetime) -> Named:
    if body.code is not None:
        number = codes.number_in(body.code)
        return Named(scan=Scan(body.code, number, body.confirmed, key, at))
    if body.number is not None:
        number = codes.typed_number(body.number)
        if number is None:
            raise errors.CardNotFound
        return Named(number=number)
    if body.card_id is not None:
        return Named(card_id=_card(body.card_id))
    return Named(
        holder=(
            from_wire(customers.WIRE_PREFIX, body.customer_id or ""),
            _program(body.card_program_id or ""),
        )
    )


async def _shown(session: AsyncSession, program: CardProgram) -> CardProgramView:
    cards = await queries.count_cards(session, program.id)
    return CardProgramView.of(program, cards.get(program.id, 0))


def _program(wire: str) -> CardProgramId:
    return CardProgramId(from_wire(PROGRAM, wire))


def _card(wire: str) -> CardId:
    return CardId(from_wire(CARD, wire))


def _reward(wire: str) -> CardRewardId:
    return CardRewardId(from_wire(CARD_REWARD, wire))


async def _store(session: AsyncSession, wire: str | None) -> UUID | None:
    if wire is None:
        return None
    return (await merchants.get_store(session, from_wire("sto", wire))).id
