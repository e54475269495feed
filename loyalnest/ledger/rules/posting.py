"""What a posting does to an account."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from loyalnest.kernel.ids import new_id
from loyalnest.ledger import errors
from loyalnest.ledger.expiry import ExpiryKind, grace_until, lapses_at
from loyalnest.ledger.rules.due import lapse, look_ahead, settle
from loyalnest.ledger.rules.movements import add_debt, add_lot, draw, own_entry, pay_debts, record
from loyalnest.ledger.state import Account, Debt, Lot
from loyalnest.ledger.values import (
    HELD,
    LARGEST_AMOUNT,
    DebtId,
    DrawKind,
    Entry,
    EntryId,
    EntryKind,
    LotId,
    Posting,
    Shortfall,
)

_POSITIVE = frozenset({EntryKind.EARN, EntryKind.RESTORE, EntryKind.IMPORT})
_NEGATIVE = frozenset({EntryKind.REDEEM, EntryKind.REFUND})
_OWN_WORK = frozenset({EntryKind.EXPIRE, EntryKind.MERGE})
_DRAWN_AS = {
    EntryKind.REDEEM: DrawKind.SPEND,
    EntryKind.REFUND: DrawKind.CLAWBACK,
    EntryKind.ADJUST: DrawKind.ADJUST,
    EntryKind.TRANSFER: DrawKind.TRANSFER,
}


def check(posting: Posting) -> None:
    """Refuse what makes no sense whatever the account holds. Raises MeaninglessPosting."""
    amount, kind = posting.amount, posting.kind
    if amount == 0 or not -LARGEST_AMOUNT <= amount <= LARGEST_AMOUNT:
        raise errors.MeaninglessPosting(
            f"An amount is between 1 and {LARGEST_AMOUNT:,} either way, never zero."
        )
    if kind in _OWN_WORK:
        raise errors.MeaninglessPosting(f"Entries of kind {kind} are written by the ledger alone.")
    if (kind in _POSITIVE and amount < 0) or (kind in _NEGATIVE and amount > 0):
        raise errors.MeaninglessPosting(f"The sign of {amount} does not fit the kind {kind}.")
    if kind is EntryKind.RESTORE and posting.reverses is None:
        raise errors.MeaninglessPosting("A restore names the redemption that it reverses.")


def needs_lots(account: Account, postings: Iterable[Posting], now: datetime) -> bool:
    """Whether the open lots have to be at hand: not for an earning on a quiet account."""
    if account.debt or account.unit.expiry.kind is ExpiryKind.INACTIVITY:
        return True
    if account.next_due_at is not None and account.next_due_at <= now:
        return True
    return any(posting.amount < 0 or posting.kind is EntryKind.RESTORE for posting in postings)


def post(account: Account, posting: Posting, now: datetime) -> Entry:
    """Write one posting. Raises InsufficientPoints, NotReversible."""
    settle(account, now)
    lots = _in_turn(account, posting) if posting.amount < 0 else []
    entry = record(
        account,
        Entry(
            id=EntryId(new_id()),
            merchant_id=account.merchant_id,
            customer_id=account.customer_id,
            unit_id=account.unit.id,
            kind=posting.kind,
            amount=posting.amount,
            balance_after=account.balance + posting.amount,
            source=posting.source,
            step=posting.step,
            occurred_at=posting.occurred_at,
            recorded_at=now,
            actor=posting.actor,
            reason=posting.reason,
            program_version=posting.program_version,
            basis=posting.basis,
            reverses=posting.reverses,
            request_hash=posting.request_hash,
        ),
    )
    owed = 0
    if posting.kind is EntryKind.RESTORE:
        _put_back(account, entry)
    elif posting.amount > 0:
        put_in(account, entry, entry.amount, held_until=posting.held_until)
        account.announce(entry, posting.store_id)
    else:
        owed = _take_out(account, entry, posting, lots)
        account.announce(entry, posting.store_id)
    if owed and posting.shortfall is Shortfall.WRITE_OFF:
        _write_off(account, entry, owed)
    if account.unseen_due_at is None:
        look_ahead(account)
    settle(account, now)
    return entry


def put_in(
    account: Account, entry: Entry, amount: int, *, held_until: datetime | None = None
) -> None:
    """Make a lot of what an entry brings; unless it is held, debts are paid from it first."""
    at, now, expiry = entry.occurred_at, entry.recorded_at, account.unit.expiry
    released_at = held_until if held_until is not None and held_until <= now else None
    spendable_from = at if held_until is None else max(at, held_until)
    expires_at = None
    if expiry.by_lot and held_until != HELD:
        expires_at = lapses_at(expiry, spendable_from, account.unit.time_zone)
    lot = Lot(
        id=LotId(new_id()),
        entry_id=entry.id,
        earned=amount,
        remaining=amount,
        held_until=held_until,
        released_at=released_at,
        release_recorded_at=now if released_at else None,
        expires_at=expires_at,
        origin_id=None,
        occurred_at=at,
        recorded_at=now,
        source=entry.source,
        is_new=True,
    )
    add_lot(account, lot)
    pay_debts(account, spendable_from)


def _in_turn(account: Account, posting: Posting) -> list[Lot]:
    """What a posting takes from, in that order; nothing moves. Raises InsufficientPoints."""
    lots = account.spendable_lots()
    if posting.clawback_of is not None:
        own = [lot for lot in account.lots if lot.remaining and lot.source == posting.clawback_of]
        own.sort(key=lambda lot: (not lot.pending, lot.spending_order))
        lots = own + [lot for lot in lots if lot.source != posting.clawback_of]
    asked = -posting.amount
    if _shortfall(posting) is Shortfall.REFUSE and sum(lot.remaining for lot in lots) < asked:
        raise errors.InsufficientPoints(_too_little(account, asked))
    return lots


def _shortfall(posting: Posting) -> Shortfall:
    usual = Shortfall.OWE if posting.kind is EntryKind.REFUND else Shortfall.REFUSE
    return posting.shortfall or usual


def _take_out(account: Account, entry: Entry, posting: Posting, lots: Sequence[Lot]) -> int:
    """Draw what an entry takes; answers what was not there and is owed now."""
    left, kind, at = -posting.amount, _DRAWN_AS[posting.kind], posting.occurred_at
    for lot in lots:
        if taken := min(left, lot.remaining):
            draw(account, lot, taken, entry.id, kind, at)
            left -= taken
    if left:
        debt = Debt(
            id=DebtId(new_id()),
            entry_id=entry.id,
            owed=left,
            remaining=left,
            origin_id=None,
            occurred_at=at,
            recorded_at=entry.recorded_at,
            is_new=True,
        )
        add_debt(account, debt)
    return left


def _write_off(account: Account, entry: Entry, owed: int) -> None:
    forgiven = record(
        account,
        own_entry(
            account,
            EntryKind.ADJUST,
            owed,
            source=entry.source,
            step=f"{entry.step}:write-off",
            occurred_at=entry.occurred_at,
            now=entry.recorded_at,
            reason="This program lets no balance go into debt.",
        ),
    )
    put_in(account, forgiven, owed)
    account.announce(forgiven)


def _put_back(account: Account, entry: Entry) -> None:
    """Return points to the very lots they were drawn from, with their old dates.

    What goes back into a lot that has lapsed meanwhile is not spendable, so it pays no debt: it
    lapses at once, or lives through the days of grace.
    """
    redemption = account.reversible.get(entry.reverses) if entry.reverses else None
    if redemption is None or redemption.left < entry.amount:
        raise errors.NotReversible
    at, now, unit = entry.occurred_at, entry.recorded_at, account.unit
    left = entry.amount
    redemption.left -= left
    lapsed: list[Lot] = []
    for place, (lot, drawn) in enumerate(redemption.drawn):
        back = min(left, drawn)
        if not back:
            continue
        left -= back
        redemption.drawn[place] = (lot, drawn - back)
        if lot not in account.lots:
            account.lots.append(lot)
        draw(account, lot, -back, entry.id, DrawKind.PUT_BACK, at)
        if unit.expiry.kind is ExpiryKind.INACTIVITY:
            # It can have lapsed at the very instant that it lapses at once more.
            lot.put_back_by, lot.put_back_at = entry.id, at
        lapsed_at = lot.expires_at
        if lapsed_at is not None and lapsed_at <= now and not unit.expiry.waits(lapsed_at):
            lot.put_back_by, lot.put_back_at = entry.id, at
            lot.expires_at = grace_until(unit.expiry, at, unit.time_zone, old=lapsed_at)
            if lot.expires_at <= now:
                lapsed.append(lot)
    if left:
        put_in(account, entry, left)
    account.announce(entry)
    for lot in lapsed:
        lapse(account, lot, lot.expires_at or at, now)
    pay_debts(account, at)


def _too_little(account: Account, wanted: int) -> str:
    said = f"This takes {wanted}; {account.available} are available"
    if account.debt:
        return f"{said} and {account.debt} are owed."
    held = [lot for lot in account.lots if lot.remaining and lot.pending]
    if not held:
        return f"{said}."
    first = min(lot.held_until or HELD for lot in held)
    more = sum(lot.remaining for lot in held)
    when = "once released" if first == HELD else f"from {first:%d %B %Y} on"
    return f"{said} and {more} more are pending, {when}."
