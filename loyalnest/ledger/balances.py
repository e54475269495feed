"""What customers hold, now and at any instant, whether or not the sweep has been by.

Where something is due on an account, its lots come along with it, and the rules settle the copy;
nothing is written. So what is shown is what could be spent.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk, merchant_of
from loyalnest.kernel.ids import new_id
from loyalnest.ledger import rules
from loyalnest.ledger.queries import LAST_INSTANT
from loyalnest.ledger.service.units import read_units
from loyalnest.ledger.state import Account, Debt, Lot
from loyalnest.ledger.values import Balance, DebtId, EntryId, Unit

_BALANCES = """
SELECT a.customer_id, u.code, a.available, a.pending, a.debt,
       a.unit_id, coalesce(a.next_due_at <= $3, false) AS due
FROM unnest($2::uuid[]) AS k (customer_id)
JOIN accounts a ON a.merchant_id = $1 AND a.customer_id = k.customer_id AND a.moved_to IS NULL
JOIN units u ON u.merchant_id = $1 AND u.id = a.unit_id
ORDER BY u.kind, u.code
"""

# An account and its open lots in one snapshot, so that its figures and its lots agree.
_DUE = """
SELECT a.customer_id, a.unit_id, a.available, a.pending, a.debt, a.next_due_at, a.last_active_at,
       l.id, l.entry_id, l.earned, l.remaining, l.held_until, l.released_at,
       l.release_recorded_at, l.expires_at, l.origin_id, l.occurred_at, l.recorded_at
FROM unnest($2::uuid[]) AS k (customer_id)
JOIN accounts a ON a.merchant_id = $1 AND a.customer_id = k.customer_id AND a.moved_to IS NULL
LEFT JOIN lots l
  ON l.merchant_id = a.merchant_id
 AND l.customer_id = a.customer_id
 AND l.unit_id = a.unit_id
 AND l.remaining > 0
WHERE a.next_due_at <= $3
"""

_AS_OF = """
SELECT u.code, a.unit_id, coalesce(w.total, 0)::bigint, coalesce(h.pending, 0)::bigint
FROM accounts a
JOIN units u ON u.merchant_id = a.merchant_id AND u.id = a.unit_id
LEFT JOIN LATERAL (
    SELECT sum(e.amount) AS total
    FROM entries e
    WHERE e.merchant_id = a.merchant_id
      AND e.customer_id = a.customer_id
      AND e.unit_id = a.unit_id
      AND e.occurred_at <= $3
      AND e.recorded_at <= $4
) w ON true
LEFT JOIN LATERAL (
    SELECT sum(l.earned - coalesce(d.drawn, 0)) AS pending
    FROM entries e
    JOIN lots l ON l.merchant_id = e.merchant_id AND l.entry_id = e.id
    LEFT JOIN LATERAL (
        SELECT sum(d.amount) AS drawn
        FROM draws d
        WHERE d.merchant_id = l.merchant_id
          AND d.lot_id = l.id
          AND d.occurred_at <= $3
          AND d.recorded_at <= $4
    ) d ON true
    WHERE e.merchant_id = a.merchant_id
      AND e.customer_id = a.customer_id
      AND e.unit_id = a.unit_id
      AND e.occurred_at <= $3
      AND e.recorded_at <= $4
      AND l.held_until > $3
      AND (l.released_at IS NULL OR l.released_at > $3 OR l.release_recorded_at > $4)
) h ON true
WHERE a.merchant_id = $1 AND a.customer_id = $2
ORDER BY u.kind, u.code
"""


async def balances_of(
    session: AsyncSession, customer_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, list[Balance]]:
    """What customers hold by unit; one without an account holds nothing.

    Holds that have ended and points that have lapsed count as such, swept or not.
    """
    held: dict[UUID, list[Balance]] = {customer_id: [] for customer_id in customer_ids}
    connection = await bulk(session)
    rows = await connection.fetch(_BALANCES, merchant_of(session), list(held), now)
    due = await _settled(session, list({row[0] for row in rows if row[-1]}), until=now)
    for customer_id, code, available, pending, debt, unit_id, _ in rows:
        account = due.get((customer_id, unit_id))
        if account is not None:
            available, pending, debt = account.available, account.pending, account.debt
        held[customer_id].append(Balance(code, available, pending, debt))
    return held


async def balances_as_of(
    session: AsyncSession, customer_id: UUID, *, as_of: datetime, known_at: datetime | None = None
) -> list[Balance]:
    """What a customer held at an instant; with `known_at`, as far as it was recorded by then.

    The balance is the sum of the entries that had occurred; pending is what was left in the lots
    that were still held. What remains is available or, below zero, debt. Without `known_at`, what
    has lapsed by then counts as lapsed although nobody has written it down yet.
    """
    connection = await bulk(session)
    rows = await connection.fetch(
        _AS_OF, merchant_of(session), customer_id, as_of, known_at or LAST_INSTANT
    )
    due = {} if known_at else await _settled(session, [customer_id], until=as_of)
    balances: list[Balance] = []
    for code, unit_id, total, pending in rows:
        account = due.get((customer_id, unit_id))
        if account is not None:
            total += sum(e.amount for e in account.entries if e.occurred_at <= as_of)
        balances.append(Balance(code, max(total - pending, 0), pending, max(pending - total, 0)))
    return balances


async def _settled(
    session: AsyncSession, customer_ids: Sequence[UUID], *, until: datetime
) -> dict[tuple[UUID, UUID], Account]:
    """Copies of the accounts with something due, by customer and unit, as time has left them."""
    if not customer_ids:
        return {}
    merchant_id = merchant_of(session)
    connection = await bulk(session)
    rows = await connection.fetch(_DUE, merchant_id, customer_ids, until)
    if not rows:
        return {}
    units = await read_units(session, {(merchant_id, row[1]) for row in rows})
    accounts: dict[tuple[UUID, UUID], Account] = {}
    for row in rows:
        key = (row[0], row[1])
        if key not in accounts:
            accounts[key] = _copy(units[merchant_id, row[1]], row)
        if row[7] is not None:
            accounts[key].lots.append(Lot(*list(row.values())[7:]))
    for account in accounts.values():
        rules.settle(account, until)
    return accounts


def _copy(unit: Unit, row: Row) -> Account:
    """An account to be looked at. Who is owed what is of no matter here, so one debt will do."""
    customer_id, _, available, pending, debt, due, active, *_ = row
    account = Account(
        merchant_id=unit.merchant_id,
        customer_id=customer_id,
        unit=unit,
        available=available,
        pending=pending,
        debt=debt,
        lifetime_earned=0,
        lifetime_spent=0,
        next_due_at=due,
        last_active_at=active,
    )
    if debt:
        account.debts.append(Debt(DebtId(new_id()), EntryId(new_id()), debt, debt, None, due, due))
    return account
