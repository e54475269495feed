"""REST: posters, printed cards, and enrolling somebody."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import database_of
from loyalnest.kernel.http import PROBLEMS, Caller, Db, Now, Page, SignedIn, entitled, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.stamps.enrolling import printing, queries, service
from loyalnest.stamps.enrolling.schemas import CardBatchView, NewCardBatch, NewPoster, PosterView
from loyalnest.stamps.enrolling.values import BATCH, POSTER, Poster, PosterSize, SheetFormat
from loyalnest.stamps.values import PROGRAM, CardProgramId

router = APIRouter(prefix="/v1/api", tags=["Stamp cards"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
# What is drawn takes a while, and needs no transaction meanwhile.
Printing = Annotated[Caller, entitled("program:read")]
_Language = Annotated[str | None, Query(max_length=35, description="Else the shop's own.")]
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_SHEETS: dict[int | str, dict[str, Any]] = {
    200: {"content": {it.media_type: _BINARY for it in SheetFormat}}
}
_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {SheetFormat.PDF.media_type: _BINARY}}}


@router.get("/posters", operation_id="list_posters")
async def list_posters(session: Reading) -> Page[PosterView]:
    """All posters, those in use first, and how many cards each has brought."""
    found = await queries.list_posters(session)
    return Page(items=[_view(session, it) for it in found])


@router.post("/posters", operation_id="create_poster", status_code=201)
async def create_poster(
    body: NewPoster, session: Writing, caller: SignedIn, now: Now
) -> PosterView:
    """Make a poster, whose code leads guests to the page where they get their card."""
    made = await service.create_poster(
        session,
        program_id=_program(body.card_program_id),
        store_id=_store(body.store_id),
        name=body.name,
        check_by=body.check_by,
        actor=caller.actor,
        now=now,
    )
    return _view(session, made)


@router.get("/posters/{poster_id}", operation_id="get_poster")
async def get_poster(poster_id: str, session: Reading) -> PosterView:
    """One poster."""
    return _view(session, await queries.get_poster(session, from_wire(POSTER, poster_id)))


@router.post("/posters/{poster_id}/withdraw", operation_id="withdraw_poster")
async def withdraw_poster(poster_id: str, session: Writing, now: Now) -> PosterView:
    """Take a poster out of use: whoever scans it is told so. Cards stay as they are."""
    poster_id_ = from_wire(POSTER, poster_id)
    return _view(session, await service.withdraw_poster(session, poster_id_, now=now))


@router.get(
    "/posters/{poster_id}/file",
    operation_id="get_poster_file",
    response_class=Response,
    responses=_SHEETS,
)
async def get_poster_file(
    poster_id: str,
    caller: Printing,
    db: Db,
    format: SheetFormat = SheetFormat.PDF,
    size: PosterSize = PosterSize.A4,
    locale: _Language = None,
    marks: Annotated[bool, Query(description="With bleed and crop marks; PDF alone.")] = False,
) -> Response:
    """A poster to print, in the merchant's looks. A tent is folded across the middle."""
    async with db.tenant(caller.merchant_id) as session:
        ready = await printing.poster_ready(
            session,
            from_wire(POSTER, poster_id),
            size=size,
            format=format,
            language=locale,
            marks=marks,
        )
    made = await printing.poster_file(ready, format, caller.merchant_id)
    return _file(made, ready.name, format)


@router.get("/card-batches", operation_id="list_card_batches")
async def list_card_batches(session: Reading) -> Page[CardBatchView]:
    """Cards that were printed, batch by batch, the newest first."""
    return Page(items=[CardBatchView.of(it) for it in await queries.list_batches(session)])


@router.post("/card-batches", operation_id="create_card_batch", status_code=201)
async def create_card_batch(
    body: NewCardBatch, session: Writing, caller: SignedIn, now: Now
) -> CardBatchView:
    """Draw cards of paper; each is somebody's from its first use."""
    made = await service.print_cards(
        session,
        program_id=_program(body.card_program_id),
        store_id=_store(body.store_id),
        count=body.count,
        actor=caller.actor,
        now=now,
    )
    return CardBatchView.of(made)


@router.get("/card-batches/{batch_id}", operation_id="get_card_batch")
async def get_card_batch(batch_id: str, session: Reading) -> CardBatchView:
    """One batch of printed cards."""
    return CardBatchView.of(await queries.get_batch(session, from_wire(BATCH, batch_id)))


@router.get(
    "/card-batches/{batch_id}/file",
    operation_id="get_card_batch_file",
    response_class=Response,
    responses=_PDF,
)
async def get_card_batch_file(
    batch_id: str, caller: Printing, db: Db, locale: _Language = None
) -> Response:
    """Sheets of A4 with ten cards on each, to be cut."""
    async with db.tenant(caller.merchant_id) as session:
        ready = await printing.cards_ready(session, from_wire(BATCH, batch_id), language=locale)
    made = await printing.cards_file(ready, caller.merchant_id)
    return _file(made, ready.name, SheetFormat.PDF)


def _view(session: AsyncSession, poster: Poster) -> PosterView:
    address = database_of(session).settings.address
    return PosterView.of(poster, f"{address}{printing.PATH}{poster.code}")


def _file(body: bytes, name: str, format: SheetFormat) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{quote(name)}.{format}"',
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=format.media_type, headers=headers)


def _program(told: str) -> CardProgramId:
    return CardProgramId(from_wire(PROGRAM, told))


def _store(told: str | None) -> UUID | None:
    return None if told is None else from_wire("sto", told)
