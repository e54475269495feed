"""What time does to an account: holds end, points lapse."""

from datetime import datetime

from loyalnest.ledger.expiry import inactive_at, lapses_at
from loyalnest.ledger.rules.movements import be_active, draw, own_entry, pay_debts, record
from loyalnest.ledger.state import Account, Lot, Release
from loyalnest.ledger.values import HELD, DrawKind, EntryKind, Source


def settle(account: Account, now: datetime) -> None:
    """Do what time has done since: release what was held until now, then lapse what is past it."""
    if account.next_due_at is None or account.next_due_at > now:
        return
    held = [lot for lot in account.lots if lot.remaining and lot.pending]
    for lot in sorted(held, key=lambda lot: (lot.held_until or HELD, lot.id)):
        if lot.held_until is not None and lot.held_until <= now:
            # A release is a sign of life: what had lapsed for want of one before is gone.
            _lapse_idle(account, lot.held_until, now)
            release(account, lot, at=lot.held_until, now=now)
    _lapse_dated(account, now)
    _lapse_idle(account, now, now)
    look_ahead(account)


def look_ahead(account: Account) -> None:
    """Find the next instant at which something is due."""
    due = [at for lot in account.lots if lot.remaining and (at := _due_at(account, lot))]
    due += [at for at in (_idle_at(account), account.unseen_due_at) if at is not None]
    next_due_at = min(due, default=None)
    if next_due_at != account.next_due_at:
        account.next_due_at = next_due_at
        account.changed = True


def _due_at(account: Account, lot: Lot) -> datetime | None:
    at = lot.due_at
    if at is None or lot.pending:
        return at
    return None if account.unit.expiry.waits(at) else at


def release(account: Account, lot: Lot, *, at: datetime, now: datetime) -> None:
    """Let a held lot be spent; what is owed is paid from it first. A fact, not an entry."""
    if lot.held_until == HELD and lot.expires_at is None:
        lot.expires_at = lapses_at(account.unit.expiry, at, account.unit.time_zone)
    account.pending -= lot.remaining
    account.available += lot.remaining
    lot.released_at, lot.release_recorded_at, lot.touched = at, now, True
    account.changed = True
    be_active(account, at)
    account.announce(Release(lot, lot.remaining, at))
    pay_debts(account, at)


def lapse(account: Account, lot: Lot, at: datetime, now: datetime) -> None:
    """End what is left of a lot, at its date; at the put-back where that came later."""
    step = f"expire:{at:%Y-%m-%dT%H:%M:%SZ}"
    if lot.put_back_by is not None:
        step += f":{lot.put_back_by.hex}"
    happened = max(at, lot.put_back_at or at, lot.released_at or at)
    entry = record(
        account,
        own_entry(
            account,
            EntryKind.EXPIRE,
            -lot.remaining,
            source=Source("lot", lot.id.hex),
            step=step,
            occurred_at=happened,
            now=now,
        ),
    )
    draw(account, lot, lot.remaining, entry.id, DrawKind.EXPIRE, happened)
    account.announce(entry)


def _lapse_dated(account: Account, now: datetime) -> None:
    for lot in account.spendable_lots():
        at = lot.expires_at
        if at is not None and at <= now and not account.unit.expiry.waits(at):
            lapse(account, lot, at, now)


def _lapse_idle(account: Account, until: datetime, now: datetime) -> None:
    """End what had seen no activity for too long by an instant, but for what had ended before."""
    idle = _idle_at(account)
    if idle is None or idle > until:
        return
    for lot in account.spendable_lots():
        at = idle if lot.expires_at is None else min(lot.expires_at, idle)
        lapse(account, lot, at, now)


def _idle_at(account: Account) -> datetime | None:
    if account.last_active_at is None or not account.available:
        return None
    at = inactive_at(account.unit.expiry, account.last_active_at, account.unit.time_zone)
    return None if at is None or account.unit.expiry.waits(at) else at
