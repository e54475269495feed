"""REST: enrolling, at a poster by anybody, else by whoever may write customers."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import database_of, merchant_of
from loyalnest.kernel.errors import DomainError, Invalid
from loyalnest.kernel.http import (
    PROBLEMS,
    Address,
    Caller,
    Db,
    Now,
    caller_of,
    problem_response,
)
from loyalnest.kernel.ids import from_wire, new_id
from loyalnest.kernel.languages import chosen
from loyalnest.stamps.enrolling import queries, service
from loyalnest.stamps.enrolling.door import Door, place_of, poster_at
from loyalnest.stamps.enrolling.links import PATH
from loyalnest.stamps.enrolling.schemas import (
    CardWallets,
    CheckCodeView,
    EnrolledView,
    NewEnrolment,
)
from loyalnest.stamps.enrolling.values import Agreed, CodeSent, Enrolled, Joining, Place
from loyalnest.stamps.enrolling.wallets import FindWallets
from loyalnest.stamps.values import PROGRAM, CardProgramId

_SCOPE = "customers:write"


class EnrolmentUnplaced(Invalid):
    """Name a poster by its code, or a card program."""


def enrolments_router(door: Door, wallets: FindWallets) -> APIRouter:
    """`POST /v1/api/enrollments`."""
    router = APIRouter(prefix="/v1/api", tags=["Stamp cards"], responses=PROBLEMS)

    @router.post(
        "/enrollments",
        operation_id="enrol_guest",
        status_code=201,
        response_model=EnrolledView,
        responses={202: {"model": CheckCodeView, "description": "A code is under way."}},
    )
    async def _enrol(  # pyright: ignore[reportUnusedFunction]
        body: NewEnrolment, request: Request, db: Db, address: Address, now: Now
    ) -> Response:
        """Give somebody their stamp card; whoever has one by the same phone has that one.

        With a poster's code anybody may; whether the phone is a member's isn't told then. The
        stamps of a card of paper come along by its number, unless it is somebody's already.
        """
        caller: Caller | None = getattr(request.state, "caller", None)
        if body.poster is None:
            program_id = _program(body)
            caller = caller_of(request)
            caller.require(_SCOPE)
            async with db.tenant(caller.merchant_id) as session:
                place = Place(program_id, None, None, None)
                return await _answer(session, body, place, caller, wallets, now)
        async with db.batch([]) as session:
            place = place_of(await poster_at(session, body.poster))
            named = body.paper_number is not None
            door.knock(address, merchant_of(session), with_paper=named)
            if caller is not None and not (
                caller.merchant_id == merchant_of(session) and _SCOPE in caller.scopes
            ):
                caller = None
            return await _answer(session, body, place, caller, wallets, now)

    return router


async def _answer(
    session: AsyncSession,
    body: NewEnrolment,
    place: Place,
    trusted: Caller | None,
    wallets: FindWallets,
    now: datetime,
) -> Response:
    language = chosen((body.locale,))
    joining = Joining(
        name=body.name,
        phone=body.phone,
        language=language,
        agreed=tuple(Agreed(it.channel, it.words) for it in body.consents),
        form=new_id(),
        place="api",
        actor=trusted.actor if trusted else "enrolment",
        network=trusted.network if trusted else None,
        check_code=body.check_code,
        paper_number=body.paper_number,
    )
    done = await service.enrol(session, joining, place, trusted=trusted is not None, now=now)
    if isinstance(done, DomainError):
        return problem_response(done)
    if isinstance(done, CodeSent):
        return JSONResponse(CheckCodeView.of(done).model_dump(mode="json"), status_code=202)
    view = await _view(session, done, told=trusted is not None, wallets=wallets, now=now)
    return JSONResponse(view.model_dump(mode="json"), status_code=201)


async def _view(
    session: AsyncSession, done: Enrolled, *, told: bool, wallets: FindWallets, now: datetime
) -> EnrolledView:
    address = database_of(session).settings.address
    token = await queries.link_to(session, done.state.card.id, proven=done.proven, now=now)
    url = f"{address}{PATH}{token}"
    found = await wallets(session, [done.state.card.id])
    offered = found.get(done.state.card.id)
    # The way leads through the card's page, which knows whether it may be told what is on it.
    wallet = CardWallets(
        apple_url=f"{url}/wallet/apple" if offered and offered.apple else None,
        google_url=f"{url}/wallet/google" if offered and offered.google else None,
    )
    return EnrolledView.of(done, card_url=url, wallet=wallet, told=told)


def _program(body: NewEnrolment) -> CardProgramId:
    if body.card_program_id is None:
        raise EnrolmentUnplaced(fields={"poster": "or card_program_id is needed"})
    return CardProgramId(from_wire(PROGRAM, body.card_program_id))
