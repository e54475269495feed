"""REST: the e-mail addresses that people leave on a shop's pages."""

import csv
import io
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.http import PROBLEMS, Address, Db, Now, Page, Paging, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.limits import Buckets, Policy
from loyalnest.storefront import captures, service
from loyalnest.storefront.errors import NotThatShop, NudgeNotFound, TooManyCaptures
from loyalnest.storefront.schemas import CapturedView, CaptureView, NewCapture
from loyalnest.storefront.shops import FindShop, enter
from loyalnest.storefront.values import CAPTURE, NUDGE, Capture, CaptureId, NudgeId

captures_router = APIRouter(prefix="/v1/api/content/captures", tags=["On site"], responses=PROBLEMS)
Looking = Annotated[AsyncSession, tenant("customers:read")]
Changing = Annotated[AsyncSession, tenant("customers:write")]

BY_ADDRESS, BY_SHOP = Policy("captures", 10, 600), Policy("captures-of-shop", 3000, 3600)
"""How many may come from one place in ten minutes, and to one shop in an hour."""
_CSV = "text/csv"
_COLUMNS = ("email", "language", "agreed_at", "agreed_to", "confirmed_at", "nudge", "customer")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def open_router_of(find_shop: FindShop) -> APIRouter:
    """The door through which an address comes in. Nobody is signed in there."""
    router = APIRouter(prefix="/v1/api/widget", tags=["On site"], responses=PROBLEMS)
    by_address, by_shop = Buckets(BY_ADDRESS), Buckets(BY_SHOP)

    @router.post("/captures", operation_id="capture_email", status_code=202)
    async def _capture(  # pyright: ignore[reportUnusedFunction]
        body: NewCapture, request: Request, db: Db, address: Address, now: Now
    ) -> CapturedView:
        """Leave an e-mail address with a shop, on one of its own pages.

        What was agreed to is kept with it, in the words of the nudge that asked. The answer is the
        same whether the address was left before or not.
        """
        verdict = by_address.take(address)
        if not verdict.allowed:
            raise TooManyCaptures(retry_after_s=verdict.retry_after_s)
        nudge_id = NudgeId(from_wire(NUDGE, body.nudge))
        async with db.batch([]) as session:
            shop = await enter(session, find_shop, body.shop.strip().lower())
            if shop is None:
                raise NudgeNotFound
            await _check_page(session, request)
            verdict = by_shop.take(shop.merchant_id)
            if not verdict.allowed:
                raise TooManyCaptures(retry_after_s=verdict.retry_after_s)
            code = await service.capture_email(
                session,
                nudge_id,
                version=body.version,
                language=body.language,
                email=body.email,
                now=now,
            )
        return CapturedView(code=code)

    return router


@captures_router.get("", operation_id="list_captures")
async def list_captures(
    session: Looking,
    paging: Paging,
    nudge_id: Annotated[str | None, Query(description="Only what this nudge asked for.")] = None,
    email: Annotated[str | None, Query(max_length=254, description="Exactly this one.")] = None,
) -> Page[CaptureView]:
    """E-mail addresses that people left, and what each agreed to, the latest first."""
    found = await captures.list_captures(
        session,
        nudge_id=_nudge(nudge_id),
        email=email,
        before=paging.after_id(),
        limit=paging.fetch,
    )
    return page_of(found, paging, show=CaptureView.of, key=lambda it: (it.id,))


@captures_router.get(
    "/export",
    operation_id="export_captures",
    response_class=Response,
    responses={200: {"content": {_CSV: {"schema": {"type": "string"}}}}},
)
async def export_captures(
    session: Looking,
    nudge_id: Annotated[str | None, Query(description="Only what this nudge asked for.")] = None,
    confirmed: Annotated[bool, Query(description="Only those that are confirmed.")] = False,
) -> Response:
    """The latest 50,000 of them as a table (CSV), to take elsewhere.

    What a spreadsheet would take for a formula begins with an apostrophe.
    """
    found = await captures.list_captures(
        session, nudge_id=_nudge(nudge_id), limit=captures.EXPORTED_AT_MOST
    )
    body = _table(it for it in found if it.confirmed_at or not confirmed)
    headers = {"Content-Disposition": 'attachment; filename="addresses.csv"'}
    return Response(body, media_type=_CSV, headers=headers)


@captures_router.get("/{capture_id}", operation_id="get_capture")
async def get_capture(capture_id: str, session: Looking) -> CaptureView:
    """One address that somebody left."""
    return CaptureView.of(await captures.get_capture(session, _id(capture_id)))


@captures_router.delete("/{capture_id}", operation_id="forget_capture", status_code=204)
async def forget_capture(capture_id: str, session: Changing, now: Now) -> None:
    """Delete an address and what was agreed to. Nothing brings it back."""
    await service.forget_email(session, _id(capture_id), now=now)


async def _check_page(session: AsyncSession, request: Request) -> None:
    """Whoever asks from a page asks from one of this very merchant's. Raises NotThatShop."""
    origin = request.headers.get("origin")
    if origin is None or request.headers.get("sec-fetch-site") == "same-origin":
        return  # no page, or one of ours
    if not await merchants.has_page(session, origin):
        raise NotThatShop


def _table(found: Iterable[Capture]) -> str:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(_COLUMNS)
    for it in map(CaptureView.of, found):
        cells = (
            *(it.email, it.language, it.agreed_at.isoformat(), it.agreed_to),
            *(it.confirmed_at and it.confirmed_at.isoformat(), it.nudge_id, it.customer_id),
        )
        writer.writerow([_harmless(cell or "") for cell in cells])
    return table.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _nudge(told: str | None) -> NudgeId | None:
    return None if told is None else NudgeId(from_wire(NUDGE, told))


def _id(told: str) -> CaptureId:
    return CaptureId(from_wire(CAPTURE, told))
