"""Somebody says how they want to be written to."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.consents import queries
from loyalnest.consents.errors import PreferencesInvalid
from loyalnest.consents.events import PreferencesChanged
from loyalnest.consents.values import Preferences, is_time_zone
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.languages import spoken

_FIELDS = ("language", "channels", "quiet_hours", "time_zone")
# Whoever is being forgotten at this instant is waited for, and prefers nothing afterwards.
_SAVE = text("""
INSERT INTO preferences AS p (merchant_id, customer_id, language, channels, quiet_from, quiet_until,
                              time_zone, changed_at, changed_by)
SELECT c.merchant_id, c.id, :language, cast(:channels AS text[]), cast(:quiet_from AS time),
       cast(:quiet_until AS time), :time_zone, :now, :actor
FROM customers c
WHERE c.merchant_id = :merchant_id AND c.id = :customer_id AND c.erased_at IS NULL
FOR KEY SHARE OF c
ON CONFLICT (merchant_id, customer_id) DO UPDATE
SET language = excluded.language, channels = excluded.channels, quiet_from = excluded.quiet_from,
    quiet_until = excluded.quiet_until, time_zone = excluded.time_zone,
    changed_at = excluded.changed_at, changed_by = excluded.changed_by
""")


async def save_preferences(
    session: AsyncSession,
    customer_id: customers.CustomerId,
    wanted: Preferences,
    *,
    actor: str,
    now: datetime,
) -> Preferences:
    """Write to a living customer like this from now on; saying the same again changes nothing.

    Raises CustomerNotFound, CustomerGone, PreferencesInvalid.
    """
    _check(wanted)
    merchant_id = merchant_of(session)
    living = await customers.get_living(session, customer_id)
    before = (await queries.preferences_of(session, merchant_id, [living.id]))[living.id]
    changed = tuple(it for it in _FIELDS if getattr(before, it) != getattr(wanted, it))
    if not changed:
        return before
    hours = wanted.quiet_hours
    await session.execute(
        _SAVE,
        {
            "merchant_id": merchant_id,
            "customer_id": living.id,
            "language": wanted.language,
            "channels": [it.value for it in wanted.channels],
            "quiet_from": hours and hours.starts,
            "quiet_until": hours and hours.ends,
            "time_zone": wanted.time_zone,
            "now": now,
            "actor": actor,
        },
    )
    news = PreferencesChanged(
        merchant_id=merchant_id, customer_id=living.id, occurred_at=now, changed=changed
    )
    await publish(session, [news], now=now)
    return wanted


def _check(wanted: Preferences) -> None:
    wrong: dict[str, str] = {}
    if wanted.language is not None and spoken(wanted.language) != wanted.language:
        wrong["language"] = "is none of ours"
    if len(set(wanted.channels)) != len(wanted.channels):
        wrong["channels"] = "names one twice"
    if wanted.time_zone is not None and not is_time_zone(wanted.time_zone):
        wrong["time_zone"] = "is no time zone, such as Europe/Berlin"
    if wrong:
        raise PreferencesInvalid(fields=wrong)
