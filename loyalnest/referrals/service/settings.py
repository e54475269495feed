"""What a merchant promises for referrals, by versions."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, rewards
from loyalnest.kernel.events import publish
from loyalnest.referrals import errors, queries, rules
from loyalnest.referrals.events import ReferralSettingsSaved
from loyalnest.referrals.values import ReferralSettings, SettingsVersion

_ADD = text(
    "INSERT INTO referral_programs (merchant_id, version, effective_from, settings, created_at,"
    " created_by) VALUES (:merchant_id, :version, :now, cast(:settings AS jsonb), :now, :actor)"
)


async def save(
    session: AsyncSession,
    settings: ReferralSettings,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> SettingsVersion:
    """Promise this for referrals that begin from now on; those that began keep their version.

    Saving what is in force changes nothing. With `read_version` only that version is replaced. A
    reward can be newly promised as long as it is on offer.
    Raises ReferralSettingsChanged, RewardNotFound, RewardNotActive, RewardNotInCurrency.
    """
    merchant_id = await merchants.take_turns(session)
    current = await queries.settings_of(session)
    if read_version is not None and read_version != current.version:
        raise errors.ReferralSettingsChanged
    if current.settings == settings:
        return current
    fresh = rules.rewards_of(settings) - rules.rewards_of(current.settings)
    await rewards.check_givable(session, fresh, now=now)
    about = {
        "merchant_id": merchant_id,
        "version": current.version + 1,
        "now": now,
        "settings": settings.model_dump_json(),
        "actor": actor,
    }
    await session.execute(_ADD, about)
    saved = ReferralSettingsSaved(
        merchant_id=merchant_id, occurred_at=now, version=current.version + 1
    )
    await publish(session, [saved], now=now)
    return SettingsVersion(current.version + 1, now, actor, settings)
