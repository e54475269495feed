"""A merchant says what customers are told."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.events import publish
from loyalnest.notices import queries
from loyalnest.notices.errors import NoticeSettingsStale
from loyalnest.notices.events import NoticeSettingsChanged
from loyalnest.notices.values import NoticeSettings, SettingsVersion

_SAVE = text("""
INSERT INTO notice_settings (merchant_id, version, settings, changed_at, changed_by)
VALUES (:merchant_id, :version, cast(:settings AS jsonb), :now, :actor)
""")


async def save_settings(
    session: AsyncSession,
    settings: NoticeSettings,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> SettingsVersion:
    """Tell customers these things from now on. Saving what is so already changes nothing.

    With `read_version` only that version is replaced. Raises NoticeSettingsStale.
    """
    merchant_id = await merchants.take_turns(session)
    before = await queries.current_settings(session)
    if before.settings == settings:
        return before
    if read_version is not None and read_version != before.version:
        raise NoticeSettingsStale
    version = before.version + 1
    row = {"merchant_id": merchant_id, "version": version, "now": now, "actor": actor}
    await session.execute(_SAVE, {**row, "settings": settings.model_dump_json()})
    fields = NoticeSettings.model_fields
    changed = tuple(it for it in fields if getattr(settings, it) != getattr(before.settings, it))
    news = NoticeSettingsChanged(
        merchant_id=merchant_id, occurred_at=now, version=version, changed=changed
    )
    await publish(session, [news], now=now)
    return SettingsVersion(version, settings)
