"""REST: what a merchant says on the pages about its program."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Now, SignedIn, tenant
from loyalnest.storefront.pages import queries, service
from loyalnest.storefront.pages.schemas import PageChange, PageView
from loyalnest.storefront.pages.values import PageName

router = APIRouter(prefix="/v1/api/content/pages", tags=["Content"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]


@router.get("/{page}", operation_id="get_page")
async def get_page(page: PageName, session: Reading) -> PageView:
    """What a page shows, in the merchant's own words and by its picture."""
    return PageView.of(await queries.current(session, page))


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
    return PageView.of(saved)
