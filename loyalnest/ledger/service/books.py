"""Opening accounts for writing, and writing down what the rules decided.

Everything here is for many accounts at once: one statement a table, whatever the number. Accounts
are opened and locked in the order of their keys, so that two batches never wait for each other
crosswise.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from asyncpg import (  # pyright: ignore[reportMissingTypeStubs]
    ForeignKeyViolationError,
    UniqueViolationError,
)
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import errors as kernel_errors
from loyalnest.kernel.database import Bulk, Row, bulk
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.ledger import errors, events
from loyalnest.ledger.service.units import read_units
from loyalnest.ledger.state import Account, Debt, Lot, Release, Standing
from loyalnest.ledger.values import Entry, EntryKind

T = TypeVar("T")

AccountKey = tuple[UUID, UUID, UUID]
"""Merchant, customer, unit."""

_OPEN = """
INSERT INTO accounts (merchant_id, customer_id, unit_id, opened_at)
SELECT k.merchant_id, k.customer_id, k.unit_id, $4
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
    WITH ORDINALITY AS k (merchant_id, customer_id, unit_id, n)
WHERE NOT EXISTS (
    SELECT FROM accounts a
    WHERE a.merchant_id = k.merchant_id
      AND a.customer_id = k.customer_id
      AND a.unit_id = k.unit_id)
ORDER BY k.n
ON CONFLICT DO NOTHING
"""

_LOCK = """
SELECT k.n, a.available, a.pending, a.debt, a.lifetime_earned, a.lifetime_spent,
       a.next_due_at, a.last_active_at, a.moved_to, a.moved_by
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
    WITH ORDINALITY AS k (merchant_id, customer_id, unit_id, n)
JOIN accounts a
  ON a.merchant_id = k.merchant_id
 AND a.customer_id = k.customer_id
 AND a.unit_id = k.unit_id
ORDER BY k.n
FOR NO KEY UPDATE OF a
"""

_LOTS = """
SELECT k.n, l.id, l.entry_id, l.earned, l.remaining, l.held_until, l.released_at,
       l.release_recorded_at, l.expires_at, l.origin_id, l.occurred_at, l.recorded_at
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
    WITH ORDINALITY AS k (merchant_id, customer_id, unit_id, n)
JOIN lots l
  ON l.merchant_id = k.merchant_id
 AND l.customer_id = k.customer_id
 AND l.unit_id = k.unit_id
 AND l.remaining > 0
"""

_DEBTS = """
SELECT k.n, d.id, d.entry_id, d.owed, d.remaining, d.origin_id, d.occurred_at, d.recorded_at
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
    WITH ORDINALITY AS k (merchant_id, customer_id, unit_id, n)
JOIN debts d
  ON d.merchant_id = k.merchant_id
 AND d.customer_id = k.customer_id
 AND d.unit_id = k.unit_id
 AND d.remaining > 0
"""

_WRITE = """
WITH written AS (
    INSERT INTO entries (merchant_id, id, customer_id, unit_id, kind, amount, balance_after,
        source_kind, source_id, step, request_hash, reverses_id, program_version, basis, reason,
        actor, occurred_at, recorded_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[],
        $7::bigint[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::uuid[],
        $13::integer[], $14::jsonb[], $15::text[], $16::text[], $17::timestamptz[],
        $18::timestamptz[])
), stored AS (
    INSERT INTO lots (merchant_id, id, customer_id, unit_id, entry_id, earned, remaining,
        held_until, released_at, release_recorded_at, expires_at, origin_id, occurred_at,
        recorded_at)
    SELECT * FROM unnest($19::uuid[], $20::uuid[], $21::uuid[], $22::uuid[], $23::uuid[],
        $24::bigint[], $25::bigint[], $26::timestamptz[], $27::timestamptz[], $28::timestamptz[],
        $29::timestamptz[], $30::uuid[], $31::timestamptz[], $32::timestamptz[])
)
UPDATE accounts a
SET available = k.available, pending = k.pending, debt = k.debt,
    lifetime_earned = k.lifetime_earned, lifetime_spent = k.lifetime_spent,
    next_due_at = k.next_due_at, last_active_at = k.last_active_at, moved_to = k.moved_to,
    moved_by = k.moved_by
FROM unnest($33::uuid[], $34::uuid[], $35::uuid[], $36::bigint[], $37::bigint[], $38::bigint[],
        $39::bigint[], $40::bigint[], $41::timestamptz[], $42::timestamptz[], $43::uuid[],
        $44::uuid[])
    AS k (merchant_id, customer_id, unit_id, available, pending, debt, lifetime_earned,
          lifetime_spent, next_due_at, last_active_at, moved_to,
          moved_by)
WHERE a.merchant_id = k.merchant_id
  AND a.customer_id = k.customer_id
  AND a.unit_id = k.unit_id
"""

_MOVE_LOTS = """
WITH drawn AS (
    INSERT INTO draws (merchant_id, id, lot_id, entry_id, debt_id, kind, amount, occurred_at,
        recorded_at)
    SELECT *, $15::timestamptz FROM unnest($7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[],
        $11::uuid[], $12::text[], $13::bigint[], $14::timestamptz[])
)
UPDATE lots l
SET remaining = k.remaining, released_at = k.released_at,
    release_recorded_at = k.release_recorded_at, expires_at = k.expires_at
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::timestamptz[],
        $6::timestamptz[])
    AS k (merchant_id, id, remaining, released_at, release_recorded_at, expires_at)
WHERE l.merchant_id = k.merchant_id AND l.id = k.id
"""

_ADD_DEBTS = """
INSERT INTO debts (merchant_id, id, customer_id, unit_id, entry_id, owed, remaining, origin_id,
    occurred_at, recorded_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[],
    $7::bigint[], $8::uuid[], $9::timestamptz[], $10::timestamptz[])
"""

_CHANGE_DEBTS = """
UPDATE debts d SET remaining = k.remaining
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS k (merchant_id, id, remaining)
WHERE d.merchant_id = k.merchant_id AND d.id = k.id
"""

_NEWS: dict[EntryKind, type[events.PointsMoved]] = {
    EntryKind.EARN: events.PointsEarned,
    EntryKind.IMPORT: events.PointsEarned,
    EntryKind.REDEEM: events.PointsRedeemed,
    EntryKind.ADJUST: events.PointsAdjusted,
    EntryKind.TRANSFER: events.PointsAdjusted,
    EntryKind.REFUND: events.PointsClawedBack,
    EntryKind.RESTORE: events.PointsRestored,
    EntryKind.EXPIRE: events.PointsExpired,
    EntryKind.MERGE: events.PointsMerged,
}


async def open_accounts(
    session: AsyncSession, keys: Iterable[AccountKey], *, now: datetime
) -> dict[AccountKey, Account]:
    """Open what is missing, lock all of them in the order of their keys, and read their figures.

    Lots are not read yet: see `load_lots`. Raises UnitUnknown.
    """
    ordered = sorted(set(keys))
    rows = await _lock(await bulk(session), ordered, now)
    # Only now: a change of policy holds all accounts, and none moves by what was before.
    wanted = {(merchant_id, unit_id) for merchant_id, _, unit_id in ordered}
    units = await read_units(session, wanted)
    accounts: dict[AccountKey, Account] = {}
    for row in rows:
        n, available, pending, debt, earned, spent, due, active, moved_to, moved_by = row
        key = _at(ordered, n)
        accounts[key] = Account(
            merchant_id=key[0],
            customer_id=key[1],
            unit=units[key[0], key[2]],
            available=available,
            pending=pending,
            debt=debt,
            lifetime_earned=earned,
            lifetime_spent=spent,
            next_due_at=due,
            last_active_at=active,
            moved_to=moved_to,
            moved_by=moved_by,
            unseen_due_at=due,
        )
    return accounts


async def _lock(connection: Bulk, keys: Sequence[AccountKey], now: datetime) -> list[Row]:
    columns = _columns(keys, 3)
    # One account is most often there, and nobody waits for it crosswise.
    if len(keys) == 1 and (rows := await connection.fetch(_LOCK, *columns)):
        return rows
    try:
        await connection.execute(_OPEN, *columns, now)
    except ForeignKeyViolationError as error:
        if "unit_id" in str(error):  # the constraint's name tells its columns
            raise errors.UnitUnknown from error
        raise
    return await connection.fetch(_LOCK, *columns)


async def load_lots(session: AsyncSession, accounts: Sequence[Account]) -> None:
    """Bring the open lots and debts of locked accounts to hand."""
    if not accounts:
        return
    connection = await bulk(session)
    columns = _columns([account.key for account in accounts], 3)
    for row in await connection.fetch(_LOTS, *columns):
        n, *values = row
        _at(accounts, n).lots.append(Lot(*values))
    if any(account.debt for account in accounts):
        for row in await connection.fetch(_DEBTS, *columns):
            n, *values = row
            _at(accounts, n).debts.append(Debt(*values))
    for account in accounts:
        account.unseen_due_at = None


async def write(session: AsyncSession, accounts: Iterable[Account], *, now: datetime) -> None:
    """Write down everything that was decided on these accounts, and announce it."""
    changed = [account for account in accounts if account.changed]
    if not changed:
        return
    connection = await bulk(session)
    try:
        await _write_entries(connection, changed)
        await _write_movements(connection, changed, now)
    except UniqueViolationError as error:
        # Another transaction wrote the same source and step on another account a moment ago.
        raise kernel_errors.Contended from error
    await publish(session, [_event(a, *it) for a in changed for it in a.news], now=now)


async def _write_entries(connection: Bulk, accounts: Sequence[Account]) -> None:
    entries = [_entry_row(entry) for account in accounts for entry in account.entries]
    lots = [_lot_row(account, lot) for account in accounts for lot in account.lots if lot.is_new]
    figures = [_figures_row(account) for account in accounts]
    columns = chain(_columns(entries, 18), _columns(lots, 14), _columns(figures, 12))
    await connection.execute(_WRITE, *columns)


def _entry_row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.merchant_id,
        entry.id,
        entry.customer_id,
        entry.unit_id,
        entry.kind,
        entry.amount,
        entry.balance_after,
        entry.source[0],
        entry.source[1],
        entry.step,
        entry.request_hash,
        entry.reverses,
        entry.program_version,
        None if entry.basis is None else msgspec.json.encode(entry.basis).decode(),
        entry.reason,
        entry.actor,
        entry.occurred_at,
        entry.recorded_at,
    )


def _lot_row(account: Account, lot: Lot) -> tuple[object, ...]:
    return (
        account.merchant_id,
        lot.id,
        account.customer_id,
        account.unit.id,
        lot.entry_id,
        lot.earned,
        lot.remaining,
        lot.held_until,
        lot.released_at,
        lot.release_recorded_at,
        lot.expires_at,
        lot.origin_id,
        lot.occurred_at,
        lot.recorded_at,
    )


def _figures_row(account: Account) -> tuple[object, ...]:
    return (
        *account.key,
        account.available,
        account.pending,
        account.debt,
        account.lifetime_earned,
        account.lifetime_spent,
        account.next_due_at,
        account.last_active_at,
        account.moved_to,
        account.moved_by,
    )


async def _write_movements(connection: Bulk, accounts: Sequence[Account], now: datetime) -> None:
    """Write what only some postings need: debts, changed lots and draws."""
    new_debts = [_debt_row(a, debt) for a in accounts for debt in a.debts if debt.is_new]
    if new_debts:
        await connection.execute(_ADD_DEBTS, *_columns(new_debts, 10))
    debts = [
        (account.merchant_id, debt.id, debt.remaining)
        for account in accounts
        for debt in account.debts
        if debt.touched and not debt.is_new
    ]
    if debts:
        await connection.execute(_CHANGE_DEBTS, *_columns(debts, 3))
    lots = [
        (a.merchant_id, x.id, x.remaining, x.released_at, x.release_recorded_at, x.expires_at)
        for a in accounts
        for x in a.lots
        if x.touched and not x.is_new
    ]
    draws = [
        (a.merchant_id, new_id(), x.lot_id, x.entry_id, x.debt_id, x.kind, x.amount, x.occurred_at)
        for a in accounts
        for x in a.draws
    ]
    if lots or draws:
        await connection.execute(_MOVE_LOTS, *_columns(lots, 6), *_columns(draws, 8), now)


def _debt_row(account: Account, debt: Debt) -> tuple[object, ...]:
    return (
        account.merchant_id,
        debt.id,
        account.customer_id,
        account.unit.id,
        debt.entry_id,
        debt.owed,
        debt.remaining,
        debt.origin_id,
        debt.occurred_at,
        debt.recorded_at,
    )


def _event(
    account: Account, what: Entry | Release, standing: Standing, store_id: UUID | None
) -> Event:
    balance = events.Figures(standing.available, standing.pending, standing.debt)
    if isinstance(what, Release):
        return events.PointsReleased(
            merchant_id=account.merchant_id,
            customer_id=account.customer_id,
            occurred_at=what.at,
            lot_id=to_wire("lot", what.lot.id),
            unit=account.unit.code,
            amount=what.amount,
            balance=balance,
        )
    return _NEWS[what.kind](
        merchant_id=account.merchant_id,
        customer_id=account.customer_id,
        occurred_at=what.occurred_at,
        entry_id=to_wire("ent", what.id),
        unit=account.unit.code,
        amount=what.amount,
        balance=balance,
        source_kind=what.source[0],
        source_id=what.source[1],
        store_id=store_id,
    )


def _at(asked: Sequence[T], n: int) -> T:
    """What a statement's n-th key (from 1) stood for."""
    return asked[n - 1]


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    """Rows turned into one array a column, also where there is no row."""
    return list(zip(*rows, strict=True)) if rows else [()] * width
