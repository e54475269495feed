"""Points and debts that change account because two customers are one, or are not after all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from loyalnest.kernel.ids import new_id
from loyalnest.ledger.rules.due import look_ahead
from loyalnest.ledger.rules.movements import (
    add_debt,
    add_lot,
    be_active,
    draw,
    own_entry,
    pay_debts,
    record,
)
from loyalnest.ledger.state import Account, Debt, Draw, Lot
from loyalnest.ledger.values import DebtId, DrawKind, Entry, EntryKind, LotId, Source


@dataclass(frozen=True, slots=True)
class Move:
    """On whose behalf points change account."""

    source: Source
    step: str
    actor: str
    now: datetime


def move(
    giver: Account, taker: Account, lots: Sequence[Lot], debts: Sequence[Debt], why: Move
) -> None:
    """Move lots, with their dates, and debts from one account to another.

    Points and debts make a pair of entries each, which sum to zero; a lot arrives as a new lot that
    knows the one it came from. What is owed where they arrive is paid from what can be spent there.
    """
    leaving = sorted((lot for lot in lots if lot.remaining), key=lambda lot: lot.spending_order)
    _move_lots(giver, taker, leaving, why)
    owed = (debt for debt in debts if debt.remaining)
    _move_debts(giver, taker, sorted(owed, key=lambda debt: (debt.occurred_at, debt.id)), why)
    if giver.last_active_at is not None:
        be_active(taker, giver.last_active_at)
    look_ahead(giver)
    look_ahead(taker)


def _move_lots(giver: Account, taker: Account, lots: Sequence[Lot], why: Move) -> None:
    total = sum(lot.remaining for lot in lots)
    if not total:
        return
    left = _pair(giver, -total, f"{why.step}:points:out", why)
    came = _pair(taker, total, f"{why.step}:points:in", why)
    for lot in lots:
        arrived = replace(
            lot,
            id=LotId(new_id()),
            entry_id=came.id,
            earned=lot.remaining,
            origin_id=lot.id,
            recorded_at=why.now,
            is_new=True,
            touched=False,
        )
        draw(giver, lot, lot.remaining, left.id, DrawKind.MOVE, why.now)
        add_lot(taker, arrived)
    pay_debts(taker, why.now)
    giver.announce(left)
    taker.announce(came)


def _move_debts(giver: Account, taker: Account, debts: Sequence[Debt], why: Move) -> None:
    total = sum(debt.remaining for debt in debts)
    if not total:
        return
    left = _pair(giver, total, f"{why.step}:debt:out", why)
    came = _pair(taker, -total, f"{why.step}:debt:in", why)
    for debt in debts:
        arrived = replace(
            debt,
            id=DebtId(new_id()),
            entry_id=came.id,
            owed=debt.remaining,
            origin_id=debt.id,
            recorded_at=why.now,
            is_new=True,
            touched=False,
        )
        giver.draws.append(
            Draw(None, left.id, debt.id, DrawKind.MOVE, debt.remaining, why.now),
        )
        giver.debt -= debt.remaining
        debt.remaining, debt.touched = 0, True
        add_debt(taker, arrived)
    pay_debts(taker, why.now)
    giver.announce(left)
    taker.announce(came)


def _pair(account: Account, amount: int, step: str, why: Move) -> Entry:
    return record(
        account,
        own_entry(
            account,
            EntryKind.MERGE,
            amount,
            source=why.source,
            step=f"{account.unit.code}:{step}",
            occurred_at=why.now,
            now=why.now,
            actor=why.actor,
        ),
    )
