"""What changed on cards changes their passes: they get a new tag, and whoever holds them is to be
told.

Tags are places in the log. One subscriber at a time goes along the log, and what it changes is one
transaction with its place, so that tags become visible in their order: a phone that has been told
of one has been told of all below. Everything here works on whole sets; changing the looks of a
merchant with a hundred thousand passes is one statement, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Bulk, bulk
from loyalnest.wallet.rules import RESTS

# Two cards of one program that a merge made one customer's show the same, so that a change of one
# is a change of both. OFFSET 0 has cards looked up by their customer: joined, all cards of the
# program would be held against each.
_BY_CARD = """
SELECT p.merchant_id, p.id, w.position
FROM (
    SELECT c.merchant_id, c.program_id, coalesce(o.merged_into, o.id) AS living, k.position
    FROM unnest($3::uuid[], $4::uuid[], $5::bigint[]) AS k (merchant_id, about, position)
    JOIN cards c ON c.merchant_id = k.merchant_id AND c.id = k.about
    JOIN customers o ON o.merchant_id = c.merchant_id AND o.id = c.customer_id
) w
CROSS JOIN LATERAL (
    SELECT w.living AS id
  UNION ALL
    SELECT m.id
    FROM customers m
    WHERE m.merchant_id = w.merchant_id
      AND m.merged_into = w.living
) f
CROSS JOIN LATERAL (
    SELECT it.merchant_id, it.id
    FROM cards it
    WHERE it.merchant_id = w.merchant_id
      AND it.customer_id = f.id
      AND it.program_id = w.program_id
    OFFSET 0
) s
JOIN passes p ON p.merchant_id = s.merchant_id AND p.card_id = s.id
"""
_BY_CUSTOMER = """
SELECT p.merchant_id, p.id, k.position
FROM unnest($3::uuid[], $4::uuid[], $5::bigint[]) AS k (merchant_id, about, position)
CROSS JOIN LATERAL (
    SELECT k.about AS id
  UNION ALL
    SELECT m.id
    FROM customers m
    WHERE m.merchant_id = k.merchant_id
      AND m.merged_into = k.about
) f
CROSS JOIN LATERAL (
    SELECT it.merchant_id, it.id
    FROM cards it
    WHERE it.merchant_id = k.merchant_id
      AND it.customer_id = f.id
    OFFSET 0
) s
JOIN passes p ON p.merchant_id = s.merchant_id AND p.card_id = s.id
"""
_BY_PROGRAM = """
SELECT p.merchant_id, p.id, k.position
FROM unnest($3::uuid[], $4::uuid[], $5::bigint[]) AS k (merchant_id, about, position)
JOIN cards s ON s.merchant_id = k.merchant_id AND s.program_id = k.about
JOIN passes p ON p.merchant_id = s.merchant_id AND p.card_id = s.id
"""
_BY_MERCHANT = """
SELECT p.merchant_id, p.id, k.position
FROM unnest($3::uuid[], $4::uuid[], $5::bigint[]) AS k (merchant_id, about, position)
JOIN passes p ON p.merchant_id = k.merchant_id
"""
_THEMSELVES = """
SELECT k.merchant_id, k.about, k.position
FROM unnest($3::uuid[], $4::uuid[], $5::bigint[]) AS k (merchant_id, about, position)
"""
# A phone that has just come holds what it was given before: it may lack what changed since.
_BY_NEW_HOLDER = """
SELECT p.merchant_id, p.id, k.position
FROM unnest($3::uuid[], $4::uuid[], $5::bigint[]) AS k (merchant_id, about, position)
JOIN passes p ON p.merchant_id = k.merchant_id AND p.id = k.about AND p.tag > 0
"""

_CHANGE = """
WITH touched (merchant_id, pass_id, position) AS ({which}),
changed AS (
    UPDATE passes p
    SET tag = t.position,
        changed_at = greatest(
            date_trunc('second', $1::timestamptz), p.changed_at + interval '1 second'
        )
    FROM (
        SELECT merchant_id, pass_id, max(position) AS position
        FROM touched
        GROUP BY merchant_id, pass_id
    ) t
    WHERE p.merchant_id = t.merchant_id
      AND p.id = t.pass_id
      AND p.tag < t.position
    RETURNING p.merchant_id, p.id, p.platform, p.told_at, p.tag
)
INSERT INTO pass_updates (merchant_id, platform, target_id, version, due_at, since)
SELECT t.merchant_id, t.platform, t.target_id, max(t.tag), greatest($1, min(t.told_at) + $2), $1
FROM (
    SELECT c.merchant_id, c.platform, d.id AS target_id, d.told_at, c.tag
    FROM changed c
    JOIN pass_registrations r ON r.merchant_id = c.merchant_id AND r.pass_id = c.id
    JOIN pass_devices d ON d.merchant_id = r.merchant_id AND d.id = r.device_id
  UNION ALL
    SELECT merchant_id, platform, id, told_at, tag
    FROM changed
    WHERE platform = 'google'
) t
GROUP BY t.merchant_id, t.platform, t.target_id
ORDER BY t.merchant_id, t.platform, t.target_id
ON CONFLICT (merchant_id, platform, target_id) DO UPDATE
SET version = greatest(pass_updates.version, excluded.version)
"""
_VOID = """
UPDATE passes p
SET voided_at = $1
FROM unnest($2::uuid[], $3::uuid[]) AS k (merchant_id, card_id)
WHERE p.merchant_id = k.merchant_id
  AND p.card_id = k.card_id
  AND p.voided_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class About:
    """What some news is about, and its place in the log."""

    merchant_id: UUID
    id: UUID
    position: int


class Of(StrEnum):
    """What news can be about."""

    CARD = "card"
    VOIDED_CARD = "voided_card"
    CUSTOMER = "customer"
    PROGRAM = "program"
    MERCHANT = "merchant"
    ITSELF = "itself"
    HOLDER = "holder"
    """A pass that is in one more phone."""


_WHICH = {
    Of.CARD: _BY_CARD,
    Of.VOIDED_CARD: _BY_CARD,
    Of.CUSTOMER: _BY_CUSTOMER,
    Of.PROGRAM: _BY_PROGRAM,
    Of.MERCHANT: _BY_MERCHANT,
    Of.ITSELF: _THEMSELVES,
    Of.HOLDER: _BY_NEW_HOLDER,
}


async def change_many(
    session: AsyncSession, news: Mapping[Of, Sequence[About]], *, now: datetime
) -> None:
    """Give passes their new tags, and note who is to be told. The same news twice changes nothing.

    In a transaction for the merchants of the news.
    """
    connection = await bulk(session)
    if voided := news.get(Of.VOIDED_CARD):
        await connection.execute(_VOID, now, *_columns(voided)[:2])
    for of, which in _WHICH.items():
        await _change(connection, which, news.get(of, ()), now)


async def _change(connection: Bulk, which: str, abouts: Sequence[About], now: datetime) -> None:
    if abouts:
        await connection.execute(
            _CHANGE.format(which=which), now, RESTS, *_columns(_latest(abouts))
        )


def _latest(abouts: Iterable[About]) -> list[About]:
    """Of what is told of several times the last."""
    return list({(it.merchant_id, it.id): it for it in abouts}.values())


def _columns(abouts: Sequence[About]) -> tuple[list[Any], ...]:
    return (
        [it.merchant_id for it in abouts],
        [it.id for it in abouts],
        [it.position for it in abouts],
    )
