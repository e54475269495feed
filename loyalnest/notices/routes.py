"""REST: what customers are told as it happens, and where."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Now, SignedIn, tenant
from loyalnest.notices import queries, service
from loyalnest.notices.schemas import NoticeSettingsChange, NoticeSettingsView

router = APIRouter(prefix="/v1/api/notifications", tags=["Notices"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]


@router.get("/settings", operation_id="get_notice_settings")
async def get_notice_settings(session: Reading) -> NoticeSettingsView:
    """What customers are told as it happens, and on which channels."""
    return NoticeSettingsView.of(await queries.current_settings(session))


@router.put("/settings", operation_id="save_notice_settings")
async def save_notice_settings(
    body: NoticeSettingsChange, session: Writing, caller: SignedIn, now: Now
) -> NoticeSettingsView:
    """Tell customers these things from now on. What is left out is as usual."""
    saved = await service.save_settings(
        session, body.settings, read_version=body.version, actor=caller.actor, now=now
    )
    return NoticeSettingsView.of(saved)
