"""REST: the merchant, its stores, and the settings of its program."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import (
    PROBLEMS,
    AsOf,
    Now,
    Page,
    Paging,
    page_of,
    tenant,
)
from loyalnest.kernel.ids import from_wire
from loyalnest.merchants import queries, service
from loyalnest.merchants.errors import VersionNotFound
from loyalnest.merchants.schemas import (
    MerchantView,
    ProgramView,
    StoreView,
    SwitchesView,
    SwitchView,
    WebAddresses,
)

router = APIRouter(prefix="/v1/api", tags=["Program"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]


@router.get("/merchant", operation_id="get_merchant")
async def get_merchant(session: Reading) -> MerchantView:
    """The merchant that your key or sign-in belongs to."""
    return MerchantView.of(await queries.get(session, merchant_of(session)))


@router.get("/stores", operation_id="list_stores")
async def list_stores(session: Reading, paging: Paging) -> Page[StoreView]:
    """The merchant's stores, oldest first, also those that removed us."""
    found = await queries.list_stores(
        session, merchant_id=merchant_of(session), after=paging.after_id(), limit=paging.fetch
    )
    return page_of(found, paging, show=StoreView.of, key=lambda store: (store.id,))


@router.put("/stores/{store_id}/web-addresses", operation_id="save_web_addresses")
async def save_web_addresses(
    store_id: str, body: WebAddresses, session: Writing, now: Now
) -> StoreView:
    """Say where a store's pages are besides its domain; these replace what was said before.

    A script on a page of one of the merchant's own stores may call customers' doors
    (`/v1/api/me`, `/v1/api/sessions`, `/v1/api/referrals/click`) from a browser; scripts of all
    other pages are refused everywhere.
    """
    store = await service.save_web_addresses(
        session, from_wire("sto", store_id), body.web_addresses, read=body.before, now=now
    )
    return StoreView.of(store)


@router.get("/program", operation_id="get_program")
async def get_program(session: Reading, now: Now, as_of: AsOf = None) -> ProgramView:
    """The program's settings as they are, or as they were at an instant."""
    program = await queries.program_of(session, merchant_of(session))
    return ProgramView.of(program.at(as_of or now))


@router.get("/program/switches", operation_id="list_switches")
async def list_switches(session: Reading) -> SwitchesView:
    """The program, its parts and its earning rules: which of them are on, paused or off.

    | | earning | spending | expiry |
    |---|---|---|---|
    | the program is paused | nothing, and nothing later for what was bought meanwhile | refused: \
`PROGRAM_PAUSED`; codes that were given out stay good | nothing expires; every date is put off by \
the length of the pause |
    | the program is off | nothing | goes on | goes on |
    | nudges are paused or off | goes on; nothing speaks up by itself | goes on | goes on |
    | anything else is paused or off | what it brings is not earned | goes on | goes on |

    What was bought before earns all the same, and is taken back when it is returned.
    """
    program = await queries.program_of(session, merchant_of(session))
    return SwitchesView(items=SwitchView.all_of(program))


@router.get("/program/versions", operation_id="list_program_versions")
async def list_program_versions(session: Reading, paging: Paging) -> Page[ProgramView]:
    """Every version of the settings, newest first."""
    program = await queries.program_of(session, merchant_of(session))
    before = paging.after_number()
    found = [each for each in reversed(program.versions) if before is None or each.version < before]
    return page_of(found, paging, show=ProgramView.of, key=lambda each: (each.version,))


@router.get("/program/versions/{version}", operation_id="get_program_version")
async def get_program_version(
    version: Annotated[int, Path(ge=1, le=2**31 - 1)], session: Reading
) -> ProgramView:
    """One version of the settings."""
    program = await queries.program_of(session, merchant_of(session))
    found = next((each for each in program.versions if each.version == version), None)
    if found is None:
        raise VersionNotFound
    return ProgramView.of(found)
