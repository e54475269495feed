"""The few ways in which points move; every rule is made of these."""

from datetime import datetime

from loyalnest.kernel.ids import new_id
from loyalnest.ledger.state import Account, Debt, Draw, Lot
from loyalnest.ledger.values import DrawKind, Entry, EntryId, EntryKind, Source

SYSTEM = "system"
"""The actor of what nobody in particular did."""

_EARNED = frozenset({EntryKind.EARN, EntryKind.IMPORT, EntryKind.REFUND})
_SPENT = frozenset({EntryKind.REDEEM, EntryKind.RESTORE})
_GIVEN = frozenset({EntryKind.ADJUST, EntryKind.TRANSFER})
_ACTIVITY = frozenset({EntryKind.EARN, EntryKind.REDEEM, EntryKind.IMPORT})


def record(account: Account, entry: Entry) -> Entry:
    """Write the line itself; whoever calls moves the points.

    Points given by hand count as activity: they are there to be used, so they don't lapse at once
    for want of it, nor live forever where there never was any.
    """
    account.entries.append(entry)
    account.changed = True
    if entry.kind in _EARNED:
        account.lifetime_earned += entry.amount
    elif entry.kind in _SPENT:
        account.lifetime_spent -= entry.amount
    given = entry.amount > 0 and entry.kind in _GIVEN
    if given or entry.kind in _ACTIVITY:
        be_active(account, entry.occurred_at)
    return entry


def own_entry(
    account: Account,
    kind: EntryKind,
    amount: int,
    *,
    source: Source,
    step: str,
    occurred_at: datetime,
    now: datetime,
    reason: str | None = None,
    actor: str = SYSTEM,
) -> Entry:
    """An entry that no posting asked for."""
    return Entry(
        id=EntryId(new_id()),
        merchant_id=account.merchant_id,
        customer_id=account.customer_id,
        unit_id=account.unit.id,
        kind=kind,
        amount=amount,
        balance_after=account.balance + amount,
        source=source,
        step=step,
        occurred_at=occurred_at,
        recorded_at=now,
        reason=reason,
        actor=actor,
    )


def add_lot(account: Account, lot: Lot) -> None:
    """Count a new lot in. What is owed is for `pay_debts` to pay, once all has come in."""
    account.lots.append(lot)
    if lot.pending:
        account.pending += lot.remaining
    else:
        account.available += lot.remaining
    due_at = lot.due_at
    if due_at is not None and (account.next_due_at is None or due_at < account.next_due_at):
        account.next_due_at = due_at


def add_debt(account: Account, debt: Debt) -> None:
    """Count a new debt in."""
    account.debts.append(debt)
    account.debt += debt.remaining


def pay_debts(account: Account, at: datetime) -> None:
    """Pay what is owed, oldest first, from what can be spent, first to expire first."""
    if not account.debt or not account.available:
        return
    lots = account.spendable_lots()
    for debt in account.open_debts():
        for lot in lots:
            if paid := min(debt.remaining, lot.remaining):
                draw(account, lot, paid, lot.entry_id, DrawKind.REPAY, at, debt)
                debt.remaining -= paid
                debt.touched = True
                account.debt -= paid


def draw(
    account: Account,
    lot: Lot,
    amount: int,
    entry_id: EntryId,
    kind: DrawKind,
    at: datetime,
    debt: Debt | None = None,
) -> None:
    """Move points out of a lot (back into it where negative), and say what for."""
    account.draws.append(Draw(lot.id, entry_id, debt.id if debt else None, kind, amount, at))
    lot.remaining -= amount
    lot.touched = True
    if lot.pending:
        account.pending -= amount
    else:
        account.available -= amount


def be_active(account: Account, at: datetime) -> None:
    """Remember the latest sign of life, from which a policy on inactivity counts."""
    if account.last_active_at is None or account.last_active_at < at:
        account.last_active_at = at
