"""A merchant says how it asks, and when it keeps quiet."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.consents import queries
from loyalnest.consents.errors import ConsentSettingsStale
from loyalnest.consents.events import ConsentSettingsChanged
from loyalnest.consents.values import ConsentSettings, SettingsVersion
from loyalnest.kernel.events import publish

_SAVE = text("""
INSERT INTO consent_settings (merchant_id, version, settings, changed_at, changed_by)
VALUES (:merchant_id, :version, cast(:settings AS jsonb), :now, :actor)
""")


async def save_settings(
    session: AsyncSession,
    settings: ConsentSettings,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> SettingsVersion:
    """Ask, and keep quiet, like this from now on. Saving what is so already changes nothing.

    With `read_version` only that version is replaced. Raises ConsentSettingsStale.
    """
    merchant_id = await merchants.take_turns(session)
    before = await queries.current_settings(session)
    if before.settings == settings:
        return before
    if read_version is not None and read_version != before.version:
        raise ConsentSettingsStale
    row = {"merchant_id": merchant_id, "version": before.version + 1, "now": now, "actor": actor}
    await session.execute(_SAVE, {**row, "settings": settings.model_dump_json()})
    fields = ConsentSettings.model_fields
    changed = tuple(it for it in fields if getattr(settings, it) != getattr(before.settings, it))
    news = ConsentSettingsChanged(
        merchant_id=merchant_id, occurred_at=now, version=before.version + 1, changed=changed
    )
    await publish(session, [news], now=now)
    return SettingsVersion(before.version + 1, settings)
