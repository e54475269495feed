"""REST: what a merchant says on the pages about its program."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Now, SignedIn, tenant
from loyalnest.kernel.languages import spoken
from loyalnest.storefront.pages import queries, service
from loyalnest.storefront.pages.drawing import draw
from loyalnest.storefront.pages.errors import NoStoreForPages
from loyalnest.storefront.pages.facts import drawn_up, gather
from loyalnest.storefront.pages.schemas import PageChange, PageDraft, PageView
from loyalnest.storefront.pages.sheet import sheet_of
from loyalnest.storefront.pages.values import PageName, PageVersion, Place

router = APIRouter(prefix="/v1/api/content/pages", tags=["Content"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]


@router.get("/{page}", operation_id="get_page")
async def get_page(page: PageName, session: Reading) -> PageView:
    """What a page shows, in the merchant's own words and by its picture."""
    return await _view(session, await queries.current(session, page))


@router.put("/{page}", operation_id="save_page")
async def save_page(
    page: PageName, body: PageChange, session: Writing, caller: SignedIn, now: Now
) -> PageView:
    """Let a page show this from now on; readers see it within a minute.

    A picture is uploaded with `POST /v1/api/branding/logos` and named by its `hash`.
    """
    saved = await service.save(
        session, page, body.settings, read_version=body.version, actor=caller.actor, now=now
    )
    return await _view(session, saved)


@router.post(
    "/{page}/preview",
    operation_id="preview_page",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def preview_page(
    page: PageName,
    body: PageDraft,
    session: Reading,
    now: Now,
    language: Annotated[str | None, Query(description="Else the shop's own.")] = None,
) -> Response:
    """A page as readers would have it with these settings, of the first connected store.

    Nothing is kept. A page that is switched off is drawn as if it weren't.
    """
    merchant_id = merchant_of(session)
    stores = await merchants.list_stores(session, merchant_id=merchant_id)
    store = next((it for it in stores if it.uninstalled_at is None), None)
    if store is None:
        raise NoStoreForPages
    facts = await gather(session, store_id=store.id, language=spoken(language or ""), now=now)
    facts = await drawn_up(session, facts, page, body.settings)
    drawn = draw(sheet_of(facts, page, Place(f"/pages/{store.domain}/{page}", "")))
    return Response(drawn.html, headers=drawn.headers)


async def _view(session: AsyncSession, version: PageVersion) -> PageView:
    named = version.settings.picture
    return PageView.of(version, await branding.find_logo(session, named) if named else None)
