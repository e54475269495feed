"""Named reads: settings, codes, referrals, and what they come to."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, database_of, merchant_of
from loyalnest.referrals import errors
from loyalnest.referrals.rules import landing_of, normal_code
from loyalnest.referrals.storage import COLUMNS, referral_of
from loyalnest.referrals.values import (
    LEVELS_AT_MOST,
    WIRE_PREFIX,
    Analytics,
    Brought,
    Code,
    Codes,
    Days,
    GiftState,
    Move,
    Progress,
    Referral,
    ReferralId,
    ReferralSettings,
    Review,
    SettingsVersion,
    ShownGift,
    Side,
    Status,
)
from loyalnest.rewards import State as CodeState

_SIDES = ["advocate", "friend", *(f"level_{level}" for level in range(2, LEVELS_AT_MOST + 2))]
_VERSIONS = text("""
SELECT version, effective_from, created_by, settings
FROM referral_programs
WHERE merchant_id = :merchant_id
ORDER BY version DESC
LIMIT :limit
""")
_FIRST_SHOP = text("""
SELECT domain
FROM stores
WHERE merchant_id = :merchant_id AND uninstalled_at IS NULL
ORDER BY id
LIMIT 1
""")
_PROMISING = "SELECT DISTINCT merchant_id FROM referral_programs"
_CODE_OF = text("""
SELECT r.code, r.customer_id, r.created_at
FROM customers c
JOIN referral_codes r ON r.merchant_id = c.merchant_id AND r.customer_id = c.id
WHERE c.merchant_id = :merchant_id
  AND (c.id = :living OR c.merged_into = :living)
ORDER BY c.id <> :living, r.created_at
LIMIT 1
""")
_BY_ID = f"SELECT {COLUMNS} FROM referrals r WHERE r.merchant_id = $1 AND r.id = $2"  # noqa: S608
_AS_FRIEND = f"""
SELECT {COLUMNS}
FROM customers c
JOIN referrals r ON r.merchant_id = c.merchant_id AND r.friend_id = c.id
WHERE c.merchant_id = $1 AND (c.id = $2 OR c.merged_into = $2)
ORDER BY r.claimed_at, r.id
LIMIT 1
"""  # noqa: S608
_LIST = f"""
SELECT {COLUMNS}
FROM referrals r
WHERE r.merchant_id = $1
  AND ($2::text IS NULL OR r.status = $2)
  AND ($3::text IS NULL OR r.review = $3)
  AND ($4::text IS NULL OR r.code = $4)
  AND ($5::uuid IS NULL
       OR r.advocate_id IN (
           SELECT c.id FROM customers c
           WHERE c.merchant_id = $1 AND (c.id = $5 OR c.merged_into = $5)))
  AND ($6::uuid IS NULL
       OR r.friend_id IN (
           SELECT c.id FROM customers c
           WHERE c.merchant_id = $1 AND (c.id = $6 OR c.merged_into = $6)))
  AND ($7::uuid IS NULL OR r.id < $7)
  AND (NOT $9::boolean
       OR r.id IN (
           SELECT g.referral_id FROM referral_gifts g
           WHERE g.merchant_id = $1 AND g.state = 'owed'))
ORDER BY r.id DESC
LIMIT $8
"""  # noqa: S608
_GIFTS = """
SELECT g.referral_id, g.side, g.reward_id, v.terms ->> 'name', g.state, g.redemption_id, d.state
FROM unnest($2::uuid[]) AS k (id)
JOIN referral_gifts g ON g.merchant_id = $1 AND g.referral_id = k.id
LEFT JOIN redemptions d ON d.merchant_id = g.merchant_id AND d.id = g.redemption_id
JOIN rewards w ON w.merchant_id = g.merchant_id AND w.id = g.reward_id
JOIN reward_versions v
  ON v.merchant_id = w.merchant_id
 AND v.reward_id = w.id
 AND v.version = coalesce(d.reward_version, w.version)
ORDER BY g.referral_id, g.side
"""
_MOVES = text("""
SELECT id, from_status, to_status, reason, actor, note, recorded_at
FROM referral_moves
WHERE merchant_id = :merchant_id AND referral_id = :id
ORDER BY id DESC
LIMIT 200
""")
_PROGRESS = text("""
WITH person AS (
    SELECT c.id FROM customers c
    WHERE c.merchant_id = :merchant_id AND (c.id = :living OR c.merged_into = :living))
SELECT count(*) FILTER (WHERE r.status = 'pending'),
       count(*) FILTER (WHERE r.status = 'completed'),
       count(*) FILTER (WHERE r.status = 'expired'),
       count(*) FILTER (WHERE r.status = 'rejected'),
       (SELECT coalesce(sum(e.amount), 0)
        FROM entries e
        WHERE e.merchant_id = :merchant_id
          AND e.customer_id IN (SELECT id FROM person)
          AND e.source_kind = 'referral')::bigint,
       min(r.due_at) FILTER (WHERE r.status = 'pending' AND r.review IS DISTINCT FROM 'waiting')
FROM referrals r
WHERE r.merchant_id = :merchant_id
  AND r.advocate_id IN (SELECT id FROM person)
""")
_CLICKS = """
SELECT channel, sum(clicks)::bigint
FROM referral_clicks
WHERE merchant_id = $1 AND day BETWEEN $2 AND $3 AND ($4::text IS NULL OR code = $4)
GROUP BY channel
"""
_BEGUN = """
FROM merchants m
JOIN referrals r
  ON r.merchant_id = m.merchant_id
 AND r.claimed_at >= $2::date::timestamp AT TIME ZONE m.time_zone
 AND r.claimed_at < ($3::date + 1)::timestamp AT TIME ZONE m.time_zone
"""
_BY_CHANNEL = f"""
SELECT r.channel, r.status, count(*)
{_BEGUN}
WHERE m.merchant_id = $1 AND ($4::text IS NULL OR r.code = $4)
GROUP BY r.channel, r.status
"""
_REVENUE = f"""
SELECT o.currency, sum(o.kept)
{_BEGUN}
JOIN orders o ON o.merchant_id = r.merchant_id AND o.id = r.order_id
WHERE m.merchant_id = $1 AND ($4::text IS NULL OR r.code = $4) AND r.status = 'completed'
GROUP BY o.currency
"""
_POINTS = f"""
SELECT coalesce(sum(e.amount), 0)::bigint
{_BEGUN}
CROSS JOIN unnest($5::text[]) AS side (name)
JOIN entries e
  ON e.merchant_id = r.merchant_id
 AND e.source_kind = 'referral'
 AND e.source_id = '{WIRE_PREFIX}_' || replace(r.id::text, '-', '') || ':' || side.name
WHERE m.merchant_id = $1 AND ($4::text IS NULL OR r.code = $4)
"""
_OF_CODES = f"""
{_BEGUN}
JOIN referral_gifts g ON g.merchant_id = r.merchant_id AND g.referral_id = r.id
LEFT JOIN redemptions d ON d.merchant_id = g.merchant_id AND d.id = g.redemption_id
WHERE m.merchant_id = $1 AND ($4::text IS NULL OR r.code = $4)
"""
_CODES = f"""
SELECT count(*) FILTER (WHERE d.state <> 'cancelled'),
       count(*) FILTER (WHERE d.state = 'used'),
       count(*) FILTER (WHERE g.state = 'owed'),
       count(*) FILTER (WHERE d.state = 'used' AND NOT d.value ? 'amount')
{_OF_CODES}
"""
_WORTH = f"""
SELECT d.value ->> 'currency', sum((d.value ->> 'amount')::numeric)
{_OF_CODES}
  AND d.state = 'used'
  AND d.value ? 'amount'
GROUP BY 1
"""
_MARKS_OF = text("""
SELECT m.kind, m.seen_at
FROM customers c
JOIN referral_marks m ON m.merchant_id = c.merchant_id AND m.customer_id = c.id
WHERE c.merchant_id = :merchant_id
  AND (c.id = :customer_id OR c.merged_into = :customer_id)
ORDER BY m.seen_at, m.kind
""")
_BROUGHT = text("""
SELECT referred_id, joined_at, completed_at
FROM merchant_referrals
WHERE merchant_id = :merchant_id
ORDER BY joined_at DESC
""")


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, object]:
    """What is held here of a person and whoever was merged into them: kinds of marks, and when.

    The marks themselves are hashes that nobody can turn back.
    """
    about = {"merchant_id": merchant_of(session), "customer_id": customer_id}
    rows = await session.execute(_MARKS_OF, about)
    return {"marks": [{"kind": row.kind, "seen_at": row.seen_at.isoformat()} for row in rows]}


async def settings_of(session: AsyncSession) -> SettingsVersion:
    """What the merchant promises now; version 0, off, where it never said."""
    found = await _versions(session, limit=1)
    return found[0] if found else SettingsVersion(0, None, None, ReferralSettings())


async def link_of(session: AsyncSession, settings: ReferralSettings) -> str | None:
    """Where friends land, with `{code}` for the code: where the merchant says, or else with us.

    None for a merchant without a shop.
    """
    if settings.link is not None:
        return settings.link
    domain = await session.scalar(_FIRST_SHOP, {"merchant_id": merchant_of(session)})
    installation = database_of(session).settings.address
    return landing_of(installation, domain, "{code}") if domain else None


async def versions_of(session: AsyncSession) -> list[SettingsVersion]:
    """Every version of the settings, the newest first."""
    return await _versions(session, limit=None)


async def promising(session: AsyncSession) -> list[UUID]:
    """The merchants that ever promised anything: only they have referrals. For the platform."""
    return [row[0] for row in await (await bulk(session)).fetch(_PROMISING)]


async def find_code_of(session: AsyncSession, living: UUID) -> Code | None:
    """The code of a living customer, or else of somebody merged into them."""
    about = {"merchant_id": merchant_of(session), "living": living}
    row = (await session.execute(_CODE_OF, about)).one_or_none()
    return Code(*row) if row else None


async def get(session: AsyncSession, referral_id: UUID) -> Referral:
    """One referral. Raises ReferralNotFound."""
    row = await (await bulk(session)).fetchrow(_BY_ID, merchant_of(session), referral_id)
    if row is None:
        raise errors.ReferralNotFound
    return referral_of(row)


async def brought_as_friend(session: AsyncSession, living: UUID) -> Referral | None:
    """The first referral that brought a living customer, whatever became of it."""
    row = await (await bulk(session)).fetchrow(_AS_FRIEND, merchant_of(session), living)
    return referral_of(row) if row else None


async def list_referrals(
    session: AsyncSession,
    *,
    status: Status | None = None,
    review: Review | None = None,
    code: str | None = None,
    advocate: UUID | None = None,
    friend: UUID | None = None,
    owed: bool = False,
    before: UUID | None,
    limit: int,
) -> list[Referral]:
    """The merchant's referrals, the newest first; `advocate` and `friend` are living customers.

    `owed`: only those with a reward that was due and could not be given yet.
    """
    rows = await (await bulk(session)).fetch(
        _LIST,
        merchant_of(session),
        status and status.value,
        review and review.value,
        code and normal_code(code),
        advocate,
        friend,
        before,
        limit,
        owed,
    )
    return [referral_of(row) for row in rows]


async def gifts_of(
    session: AsyncSession, referral_ids: Sequence[ReferralId]
) -> Mapping[ReferralId, list[ShownGift]]:
    """The codes that the sides of referrals were promised, the advocate's first."""
    found: dict[ReferralId, list[ShownGift]] = {it: [] for it in referral_ids}
    rows = await (await bulk(session)).fetch(_GIFTS, merchant_of(session), list(referral_ids))
    for referral_id, side, reward_id, name, state, redemption_id, code in rows:
        found[referral_id].append(
            ShownGift(
                Side(side),
                reward_id,
                name,
                GiftState(state),
                redemption_id,
                CodeState(code) if code else None,
            )
        )
    return found


async def moves_of(session: AsyncSession, referral_id: UUID) -> list[Move]:
    """What became of a referral step by step, the latest first."""
    about = {"merchant_id": merchant_of(session), "id": referral_id}
    return [Move(*row) for row in await session.execute(_MOVES, about)]


async def progress_of(session: AsyncSession, living: UUID) -> Progress:
    """What a living customer's code has brought."""
    about = {"merchant_id": merchant_of(session), "living": living}
    return Progress(*(await session.execute(_PROGRESS, about)).one())


async def analytics(session: AsyncSession, days: Days, *, code: str | None = None) -> Analytics:
    """Clicks in a range of days, and what the referrals that began in it have come to by now."""
    connection = await bulk(session)
    about = (merchant_of(session), days.first, days.last, code and normal_code(code))
    channels: dict[str, int] = {}
    statuses = dict.fromkeys((status.value for status in Status), 0)
    for channel, status, number in await connection.fetch(_BY_CHANNEL, *about):
        channels[channel] = channels.get(channel, 0) + number
        statuses[status] += number
    return Analytics(
        clicks={row[0]: row[1] for row in await connection.fetch(_CLICKS, *about)},
        referrals=channels,
        statuses=statuses,
        points=await connection.fetchval(_POINTS, *about, _SIDES),
        codes=Codes(
            *(await connection.fetch(_CODES, *about))[0],
            worth={row[0]: row[1] for row in await connection.fetch(_WORTH, *about)},
        ),
        revenue={row[0]: row[1] for row in await connection.fetch(_REVENUE, *about)},
    )


async def merchants_brought(session: AsyncSession) -> list[Brought]:
    """The merchants that this one brought, the latest first."""
    rows = await session.execute(_BROUGHT, {"merchant_id": merchant_of(session)})
    return [Brought(*row) for row in rows]


async def _versions(session: AsyncSession, *, limit: int | None) -> list[SettingsVersion]:
    about: dict[str, Any] = {"merchant_id": merchant_of(session), "limit": limit}
    return [
        SettingsVersion(row[0], row[1], row[2], ReferralSettings.model_validate(row[3]))
        for row in await session.execute(_VERSIONS, about)
    ]
