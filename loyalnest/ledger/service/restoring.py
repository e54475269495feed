"""What a restore needs to know of the redemption that it undoes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import errors as kernel_errors
from loyalnest.kernel.database import bulk
from loyalnest.ledger import errors, rules
from loyalnest.ledger.service.books import AccountKey
from loyalnest.ledger.state import Account, Lot, Reversible
from loyalnest.ledger.values import EntryId, EntryKind, Posting, Source

_REVERSED = """
SELECT e.merchant_id, e.id, e.customer_id, e.unit_id, e.kind
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN entries e ON e.merchant_id = k.merchant_id AND e.id = k.id
"""

# Where the points go on to, if the redemption's customer has been merged since.
_ONWARD = """
WITH RECURSIVE onward AS (
    SELECT a.merchant_id, a.customer_id, a.unit_id, a.moved_to
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (merchant_id, customer_id, unit_id)
    JOIN accounts a
      ON a.merchant_id = k.merchant_id
     AND a.customer_id = k.customer_id
     AND a.unit_id = k.unit_id
  UNION
    SELECT a.merchant_id, a.customer_id, a.unit_id, a.moved_to
    FROM onward o
    JOIN accounts a
      ON a.merchant_id = o.merchant_id
     AND a.customer_id = o.moved_to
     AND a.unit_id = o.unit_id
)
SELECT merchant_id, customer_id, unit_id FROM onward
"""

_LEFT = """
SELECT k.id,
       -e.amount - coalesce((
           SELECT sum(r.amount) FROM entries r
           WHERE r.merchant_id = k.merchant_id AND r.reverses_id = k.id), 0)
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN entries e ON e.merchant_id = k.merchant_id AND e.id = k.id
"""

_DRAWN = """
WITH drawn AS (
    SELECT k.merchant_id, k.id, d.lot_id, d.amount
    FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
    JOIN draws d ON d.merchant_id = k.merchant_id AND d.entry_id = k.id AND d.kind = 'spend'
  UNION ALL
    SELECT k.merchant_id, k.id, d.lot_id, d.amount
    FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
    JOIN entries r ON r.merchant_id = k.merchant_id AND r.reverses_id = k.id
    JOIN draws d ON d.merchant_id = r.merchant_id AND d.entry_id = r.id AND d.kind = 'put_back'
), net AS (
    SELECT merchant_id, id, lot_id, sum(amount)::bigint AS amount
    FROM drawn
    GROUP BY merchant_id, id, lot_id
    HAVING sum(amount) > 0
)
SELECT n.merchant_id, n.id AS redemption_id, n.amount, l.id, l.entry_id, l.earned, l.remaining,
       l.held_until, l.released_at, l.release_recorded_at, l.expires_at, l.origin_id,
       l.occurred_at, l.recorded_at
FROM net n
JOIN lots l ON l.merchant_id = n.merchant_id AND l.id = n.lot_id
"""


async def at_their_accounts(
    session: AsyncSession, postings: Sequence[Posting]
) -> tuple[list[Posting], list[AccountKey]]:
    """Aim restores at the account that was redeemed from; also the accounts they may go on to.

    A redemption is undone where it took place, in its very lots. Where that customer was merged
    since, what comes back moves on to whom they were merged into. Raises EntryUnknown,
    NotReversible.
    """
    restores = [posting for posting in postings if posting.kind is EntryKind.RESTORE]
    if not restores:
        return list(postings), []
    connection = await bulk(session)
    rows = await connection.fetch(_REVERSED, *_ids(restores))
    found = {(row[0], row[1]): row for row in rows}
    aimed: list[Posting] = []
    for posting in postings:
        if posting.kind is not EntryKind.RESTORE or posting.reverses is None:
            aimed.append(posting)
            continue
        row = found.get((posting.merchant_id, posting.reverses))
        if row is None:
            raise errors.EntryUnknown
        if row[4] != EntryKind.REDEEM:
            raise errors.NotReversible
        aimed.append(msgspec.structs.replace(posting, customer_id=row[2], unit_id=row[3]))
    keys = {(row[0], row[2], row[3]) for row in rows}
    onward = await connection.fetch(_ONWARD, *zip(*keys, strict=True))
    return aimed, [(row[0], row[1], row[2]) for row in onward]


async def load_redemptions(
    session: AsyncSession, accounts: dict[AccountKey, Account], restores: Sequence[Posting]
) -> None:
    """Bring to hand what each redemption drew and what is left of it, once accounts are locked."""
    connection = await bulk(session)
    by_id: dict[EntryId, Account] = {}
    for posting in restores:
        assert posting.reverses is not None
        account = accounts[posting.merchant_id, posting.customer_id, posting.unit_id]
        by_id[posting.reverses] = account
    for entry_id, left in await connection.fetch(_LEFT, *_ids(restores)):
        by_id[entry_id].reversible[entry_id] = Reversible(left, [])
    at_hand = {lot.id: lot for account in by_id.values() for lot in account.lots}
    for row in await connection.fetch(_DRAWN, *_ids(restores)):
        _, entry_id, amount, *values = row
        lot = Lot(*values)
        by_id[entry_id].reversible[entry_id].drawn.append((at_hand.setdefault(lot.id, lot), amount))
    for entry_id, account in by_id.items():
        drawn = account.reversible[entry_id].drawn
        drawn.sort(key=lambda pair: pair[0].spending_order, reverse=True)


def hand_on(
    accounts: dict[AccountKey, Account], account: Account, restored: EntryId, now: datetime
) -> None:
    """Hand what came back to a merged customer to whom they were merged into, and further."""
    while account.moved_to is not None and account.moved_by is not None:
        taker = accounts.get((account.merchant_id, account.moved_to, account.unit.id))
        if taker is None:  # merged between our look and our lock
            raise kernel_errors.Contended
        why = rules.Move(Source("merge", account.moved_by.hex), restored.hex, rules.SYSTEM, now)
        rules.move(account, taker, account.lots, account.debts, why)
        account = taker


def _ids(restores: Sequence[Posting]) -> tuple[list[UUID], list[UUID | None]]:
    pairs = list({(posting.merchant_id, posting.reverses) for posting in restores})
    return [merchant_id for merchant_id, _ in pairs], [entry_id for _, entry_id in pairs]
