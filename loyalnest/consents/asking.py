"""The one question of whoever sends messages, for thousands of them in one round trip."""

from collections.abc import Sequence
from datetime import datetime, time
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.consents import rules
from loyalnest.consents.secrets import hash_of, secret_of
from loyalnest.consents.values import (
    Addressee,
    Answer,
    Asked,
    Clock,
    ConsentSettings,
    Purpose,
    QuietHours,
    Reason,
    State,
    Verdict,
)
from loyalnest.kernel.database import Row, bulk

# The merchant's own settings and clock.
_HOUSE = """
    SELECT m.time_zone,
           (SELECT s.settings::text
            FROM consent_settings s
            WHERE s.merchant_id = $1
            ORDER BY s.version DESC
            LIMIT 1) AS settings
    FROM merchants m
    WHERE m.merchant_id = $1
"""
# Whoever was merged speaks for the customer they turned out to be: what anybody of them said last
# counts, and a no before a yes of the same instant. LIMIT 1 where there is no other anyway: each is
# looked up, however few customers there were when the plan was made. And no coalesce: it finds no
# index behind row-level security.
_FACTS = f"""
SELECT c.id IS NULL OR c.erased_at IS NOT NULL AS gone,
       said.state,
       held.reasons,
       wish.quiet_from, wish.quiet_until, wish.time_zone,
       house.settings, house.time_zone AS house_zone
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[]) WITH ORDINALITY
     AS asked (customer_id, channel, purpose, address, n)
CROSS JOIN ({_HOUSE}) house
LEFT JOIN customers came ON came.merchant_id = $1 AND came.id = asked.customer_id
LEFT JOIN LATERAL (
    SELECT living.id, living.erased_at
    FROM customers living
    WHERE living.merchant_id = $1
      AND living.id = CASE WHEN came.merged_into IS NULL THEN came.id ELSE came.merged_into END
    LIMIT 1
) c ON true
LEFT JOIN LATERAL (
    SELECT array_agg(each.id) AS ids
    FROM (SELECT c.id
          UNION ALL
          SELECT m.id FROM customers m WHERE m.merchant_id = $1 AND m.merged_into = c.id) each
) person ON true
LEFT JOIN LATERAL (
    SELECT s.state
    FROM consent_states s
    WHERE s.merchant_id = $1
      AND s.purpose = asked.purpose
      AND s.channel = asked.channel
      AND s.customer_id = ANY(person.ids)
    ORDER BY s.at DESC, s.state = 'withdrawn' DESC, s.state = 'granted' DESC
    LIMIT 1
) said ON true
LEFT JOIN LATERAL (
    SELECT p.quiet_from, p.quiet_until, p.time_zone
    FROM preferences p
    WHERE p.merchant_id = $1
      AND p.customer_id = ANY(person.ids)
    ORDER BY p.changed_at DESC
    LIMIT 1
) wish ON true
LEFT JOIN LATERAL (
    SELECT array_agg(x.reason) AS reasons
    FROM suppressions x
    WHERE x.merchant_id = $1
      AND x.channel = asked.channel
      AND x.address_hash = asked.address
) held ON true
ORDER BY asked.n
"""  # noqa: S608

# Whoever is no customer has said nothing of their own but that they want nothing.
_HELD = f"""
SELECT house.settings, house.time_zone,
       (SELECT array_agg(x.reason)
        FROM suppressions x
        WHERE x.merchant_id = $1 AND x.channel = asked.channel AND x.address_hash = asked.address)
       AS reasons
FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS asked (channel, address, n)
CROSS JOIN ({_HOUSE}) house
ORDER BY asked.n
"""  # noqa: S608


async def may_send(
    session: AsyncSession, merchant_id: UUID, asked: Sequence[Asked], now: datetime
) -> list[Verdict]:
    """Whether each of these messages may go out at this instant, in the order asked.

    An address that is none of its channel counts as invalid. One statement, however many are asked
    about; the merchant's secret is read before the first.
    """
    if not asked:
        return []
    secret = await secret_of(session, merchant_id)
    normal = [
        None if it.address is None else rules.normalise(it.channel, it.address) for it in asked
    ]
    rows = await (await bulk(session)).fetch(
        _FACTS,
        merchant_id,
        [it.customer_id for it in asked],
        [it.channel.value for it in asked],
        [it.purpose.value for it in asked],
        [
            None if address is None else hash_of(secret, it.channel, "", address)
            for it, address in zip(asked, normal, strict=True)
        ],
    )
    house = _house(rows[0]["settings"])
    return [
        Verdict(Answer.SUPPRESSED, reason=Reason.INVALID)
        if it.address is not None and address is None and not row["gone"]
        else rules.judge(it.channel, it.purpose, _facts(row, house), now)
        for it, address, row in zip(asked, normal, rows, strict=True)
    ]


async def may_write_to(
    session: AsyncSession,
    merchant_id: UUID,
    asked: Sequence[tuple[Addressee, Purpose]],
    now: datetime,
) -> list[Verdict]:
    """The same of people who are no customers.

    Why they may be written to at all is for whoever asks for the message to say; here it is seen
    to that their address is there still, wants to hear of it, and is left in peace at night.
    """
    if not asked:
        return []
    secret = await secret_of(session, merchant_id)
    rows = await (await bulk(session)).fetch(
        _HELD,
        merchant_id,
        [it.channel.value for it, _ in asked],
        [it.address and hash_of(secret, it.channel, "", it.address) for it, _ in asked],
    )
    return [
        rules.judge(
            it.channel,
            purpose,
            rules.Facts(
                gone=it.address is None,
                state=State.GRANTED,
                reasons=[Reason(reason) for reason in row["reasons"] or ()],
                clock=clock_of(None, None, row["time_zone"], _house(row["settings"])),
            ),
            now,
        )
        for (it, purpose), row in zip(asked, rows, strict=True)
    ]


def _house(settings: str | None) -> QuietHours:
    return ConsentSettings.model_validate_json(settings or "{}").quiet_hours


def _facts(row: Row, house: QuietHours) -> rules.Facts:
    return rules.Facts(
        gone=row["gone"],
        state=row["state"] and State(row["state"]),
        reasons=[Reason(it) for it in row["reasons"] or ()],
        clock=clock_of(
            row["quiet_from"], row["quiet_until"], row["time_zone"] or row["house_zone"], house
        ),
    )


def clock_of(starts: time | None, ends: time | None, zone: str, house: QuietHours) -> Clock:
    """By which clock somebody is left in peace: their own hours, or else the house's."""
    if starts is None or ends is None:
        return Clock(house, _zone(zone), own=False)
    return Clock(QuietHours(starts=starts, ends=ends), _zone(zone), own=True)


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # it had been one when it was kept
        return ZoneInfo("UTC")
