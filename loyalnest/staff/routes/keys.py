"""REST: the keys by which programs get in."""

from functools import cache
from typing import Annotated

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.staff import queries
from loyalnest.staff.schemas import ApiKeyView, CreatedApiKey, NewApiKey
from loyalnest.staff.service import keys

Writing = Annotated[AsyncSession, tenant("keys:write")]


@cache
def router_of() -> APIRouter:
    """Making, listing and revoking keys."""
    router = APIRouter(prefix="/v1/api/api-keys", tags=["API keys"], responses=PROBLEMS)
    router.get("", operation_id="list_api_keys")(list_api_keys)
    router.post("", operation_id="create_api_key", status_code=201)(create_api_key)
    router.delete("/{key_id}", operation_id="revoke_api_key", status_code=204)(revoke_api_key)
    return router


async def list_api_keys(session: Writing, paging: Paging) -> Page[ApiKeyView]:
    """The merchant's keys, oldest first, also those that were revoked."""
    found = await queries.list_api_keys(session, after=paging.after_id(), limit=paging.fetch)
    return page_of(found, paging, show=ApiKeyView.of, key=lambda key: (key.id,))


async def create_api_key(
    body: NewApiKey, session: Writing, caller: SignedIn, now: Now, response: Response
) -> CreatedApiKey:
    """Make a key. The answer holds its secret, which nobody can show again."""
    key, secret = await keys.create_api_key(
        session,
        name=body.name,
        scopes=body.scopes,
        granted_by=caller.scopes,
        actor=caller.actor,
        now=now,
    )
    response.headers["Cache-Control"] = "no-store"
    return CreatedApiKey.with_secret(key, secret)


async def revoke_api_key(key_id: str, session: Writing, caller: SignedIn, now: Now) -> None:
    """Close a key for good."""
    await keys.revoke_api_key(session, from_wire("key", key_id), actor=caller.actor, now=now)
