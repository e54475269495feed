"""Named reads: what merchants want customers to be told."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.merchants import ProgramSettings, Switch
from loyalnest.notices.values import NoticeSettings, SettingsVersion

_NEWEST = """
SELECT DISTINCT ON (merchant_id) merchant_id, version, settings::text
FROM notice_settings
WHERE merchant_id = ANY ($1::uuid[])
ORDER BY merchant_id, version DESC
"""


async def running(
    session: AsyncSession, merchant_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, ProgramSettings]:
    """The programs of those of these merchants whose program isn't paused."""
    programs = await merchants.programs_of(session, merchant_ids)
    settings = {id_: it.at(now).settings for id_, it in programs.items()}
    return {id_: it for id_, it in settings.items() if it.switches.program is not Switch.PAUSED}


async def current_settings(session: AsyncSession) -> SettingsVersion:
    """What the merchant wants customers to be told."""
    merchant_id = merchant_of(session)
    return (await settings_of(session, [merchant_id]))[merchant_id]


async def settings_of(
    session: AsyncSession, merchant_ids: Collection[UUID]
) -> dict[UUID, SettingsVersion]:
    """The same of many merchants; who has changed nothing has what is usual."""
    rows = await (await bulk(session)).fetch(_NEWEST, list(merchant_ids))
    usual = SettingsVersion(0, NoticeSettings())
    said = {
        row[0]: SettingsVersion(row[1], NoticeSettings.model_validate_json(row[2])) for row in rows
    }
    return {it: said.get(it, usual) for it in merchant_ids}
