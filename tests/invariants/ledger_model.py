"""The ledger as a few lines of arithmetic, written apart from the rules that it judges.

No entries, no database, no laziness: time acts at once on every account.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

FAR = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(eq=False)
class Lot:
    left: int
    expires: datetime
    held: datetime | None
    source: str
    born: datetime
    age: int
    owner: int
    through: frozenset[int] = frozenset[int]()

    @property
    def order(self) -> tuple[datetime, datetime, int]:
        return (self.expires, self.born, self.age)


@dataclass(eq=False)
class Debt:
    left: int
    born: datetime
    age: int
    owner: int
    through: frozenset[int] = frozenset[int]()


@dataclass
class Model:
    now: datetime
    lots: list[Lot] = field(default_factory=list[Lot])
    debts: list[Debt] = field(default_factory=list[Debt])
    moved: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    """Merged customer → (kept customer, merge)."""
    spent: dict[int, list[tuple[Lot, int]]] = field(
        default_factory=dict[int, list[tuple[Lot, int]]]
    )
    clock: int = 0
    idle_after: Callable[[datetime], datetime] | None = None
    """Where a balance lapses for want of activity: when, counted from the last."""
    grace_until: Callable[[datetime], datetime] | None = None
    """Where points put back into a lapsed lot live on: until when, counted from the put-back."""
    active: dict[int, datetime] = field(default_factory=dict[int, datetime])
    past: dict[datetime, dict[int, tuple[int, int, int]]] = field(
        default_factory=dict[datetime, dict[int, tuple[int, int, int]]]
    )
    """How everybody stood from each instant on at which something happened."""

    def remember(self) -> None:
        self.past[self.now] = {who: self.figures(who) for who in range(4)}

    def as_of(self, instant: datetime) -> dict[int, tuple[int, int, int]]:
        return self.past[max(at for at in self.past if at <= instant)]

    def figures(self, who: int) -> tuple[int, int, int]:
        lots = [lot for lot in self.lots if lot.owner == who]
        return (
            sum(lot.left for lot in lots if lot.held is None),
            sum(lot.left for lot in lots if lot.held is not None),
            sum(debt.left for debt in self.debts if debt.owner == who),
        )

    def earn(
        self, who: int, amount: int, source: str, expires: datetime, held: datetime | None
    ) -> None:
        self.lots.append(Lot(amount, expires, held, source, self.now, self._age(), who))
        self._pay(who)

    def be_active(self, who: int) -> None:
        self.active[who] = max(self.now, self.active.get(who, self.now))

    def can_spend(self, who: int, amount: int) -> bool:
        return self.figures(who)[0] >= amount

    def spend(self, who: int, amount: int, name: int) -> None:
        self.spent[name] = self._take(self._spendable(who), amount)[0]

    def claw_back(self, who: int, amount: int, source: str) -> None:
        own = [lot for lot in self.lots if lot.owner == who and lot.source == source]
        own.sort(key=lambda lot: (lot.held is None, lot.order))
        others = [lot for lot in self._spendable(who) if lot.source != source]
        _, short = self._take(own + others, amount)
        if short:
            self.debts.append(Debt(short, self.now, self._age(), who))

    def put_back(self, name: int, amount: int) -> None:
        drawn = sorted(self.spent[name], key=lambda pair: pair[0].order, reverse=True)
        self.spent[name] = []
        for lot, taken in drawn:
            back = min(taken, amount)
            amount -= back
            self.spent[name].append((lot, taken - back))
            if back and lot.expires <= self.now and self.grace_until is not None:
                lot.expires = self.grace_until(self.now)
            if lot.expires > self.now:
                lot.left += back
        for lot in [lot for lot, _ in sorted(drawn, key=lambda pair: pair[0].order)]:
            while lot.owner in self.moved and lot.left:
                lot = self._carry(lot, *self.moved[lot.owner])
        for who in {lot.owner for lot in self.lots}:
            self._pay(who)
        self._lapse_idle()

    def release(self, source: str) -> None:
        for lot in self.lots:
            if lot.source == source and lot.held is not None and lot.left:
                lot.held = None
                self.be_active(lot.owner)
                self._pay(lot.owner)

    def advance(self, now: datetime) -> None:
        """Let time pass, from one instant at which something is due to the next."""
        while (due := min(self._due(), default=now)) < now:
            self._reach(due)
        self._reach(now)

    def _due(self) -> list[datetime]:
        lots = [lot for lot in self.lots if lot.left]
        due = [lot.expires if lot.held is None else lot.held for lot in lots]
        if self.idle_after is not None:
            due += [self.idle_after(self.active[it.owner]) for it in lots if it.held is None]
        return [at for at in due if at > self.now]

    def _reach(self, now: datetime) -> None:
        self.now = now
        self._lapse_idle()
        for lot in self.lots:
            if lot.held is not None and lot.held <= now and lot.left:
                lot.held = None
                self.be_active(lot.owner)
                self._pay(lot.owner)
        for lot in self.lots:
            if lot.held is None and lot.expires <= now:
                lot.left = 0
        self.remember()

    def _lapse_idle(self) -> None:
        if self.idle_after is None:
            return
        for lot in (lot for lot in self.lots if lot.left and lot.held is None):
            if self.idle_after(self.active[lot.owner]) <= self.now:
                lot.left = 0

    def merge(self, kept: int, merged: int, name: int) -> None:
        lots = [lot for lot in self.lots if lot.owner == merged]
        debts = [debt for debt in self.debts if debt.owner == merged]
        self._carry_all(kept, name, lots, debts)
        self._share_activity(merged, kept)
        self.moved[merged] = (kept, name)

    def unmerge(self, name: int) -> None:
        merged, (kept, _) = next((m, to) for m, to in self.moved.items() if to[1] == name)
        del self.moved[merged]
        lots = [lot for lot in self.lots if lot.owner == kept and name in lot.through]
        debts = [debt for debt in self.debts if debt.owner == kept and name in debt.through]
        self._carry_all(merged, name, lots, debts)
        self._share_activity(kept, merged)

    def _share_activity(self, giver: int, taker: int) -> None:
        if giver in self.active:
            self.active[taker] = max(self.active[giver], self.active.get(taker, self.active[giver]))

    def _carry_all(self, taker: int, name: int, lots: list[Lot], debts: list[Debt]) -> None:
        for lot in sorted(lots, key=lambda lot: lot.order):
            if lot.left:
                self._carry(lot, taker, name)
        self._pay(taker)
        for debt in sorted(debts, key=lambda debt: (debt.born, debt.age)):
            if debt.left:
                through = debt.through | {name}
                self.debts.append(replace(debt, owner=taker, age=self._age(), through=through))
                debt.left = 0
        self._pay(taker)

    def _carry(self, lot: Lot, taker: int, name: int) -> Lot:
        carried = replace(lot, owner=taker, age=self._age(), through=lot.through | {name})
        lot.left = 0
        self.lots.append(carried)
        return carried

    def _spendable(self, who: int) -> list[Lot]:
        lots = [lot for lot in self.lots if lot.owner == who and lot.held is None]
        return sorted(lots, key=lambda lot: lot.order)

    def _take(self, lots: list[Lot], amount: int) -> tuple[list[tuple[Lot, int]], int]:
        taken: list[tuple[Lot, int]] = []
        for lot in lots:
            part = min(lot.left, amount)
            lot.left -= part
            amount -= part
            taken.append((lot, part))
        return taken, amount

    def _pay(self, who: int) -> None:
        debts = [debt for debt in self.debts if debt.owner == who]
        for debt in sorted(debts, key=lambda debt: (debt.born, debt.age)):
            debt.left = self._take(self._spendable(who), debt.left)[1]

    def _age(self) -> int:
        self.clock += 1
        return self.clock
