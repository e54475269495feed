"""Whatever happens to customers: the books say what a tiny model says, and they balance."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as scenarios
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, orders
from loyalnest.kernel import crypto
from loyalnest.kernel import database as db
from loyalnest.kernel.settings import Settings
from loyalnest.ledger import Expiry, ExpiryKind, Source
from loyalnest.ledger.expiry import grace_until, inactive_at, lapses_at
from tests.conftest import NOW, make_merchant
from tests.invariants.ledger_model import FAR, Model
from tests.ledger.conftest import Books

T = TypeVar("T")
WHO = st.integers(0, 3)
AMOUNT = st.integers(1, 120)


class Machine(RuleBasedStateMachine):
    runner: asyncio.Runner
    database: db.Database

    def run_(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize(
        expiry=st.sampled_from(
            [
                Expiry(),
                Expiry(ExpiryKind.DAYS, days=10),
                Expiry(ExpiryKind.MONTH_END),
                Expiry(ExpiryKind.MONTH_END, grace_days=4),
                Expiry(ExpiryKind.INACTIVITY, days=7),
            ]
        )
    )
    def open_the_books(self, expiry: Expiry) -> None:
        self.session = AsyncSession(self.database.engine, expire_on_commit=False)
        self.session.info["database"] = self.database
        self.expiry = expiry
        self.books, self.people = self.run_(self._open(expiry))
        self.model = Model(NOW)
        if expiry.kind is ExpiryKind.INACTIVITY:
            self.model.idle_after = lambda at: inactive_at(expiry, at, "Europe/London") or FAR
        if expiry.grace_days:
            self.model.grace_until = lambda at: grace_until(expiry, at, "Europe/London", old=FAR)
        self.model.remember()
        self.earned: dict[str, tuple[int, int]] = {}  # order → (who, what may be clawed back)
        self.redeemed: dict[int, tuple[ledger.EntryId, int]] = {}
        self.merges: dict[int, tuple[UUID, int]] = {}  # name → (merge, kept)
        self.asked: list[ledger.Posting] = []

    async def _open(self, expiry: Expiry) -> tuple[Books, list[UUID]]:
        merchant_id = await make_merchant(self.session)
        await db.act_for(self.session, [merchant_id])
        unit = await ledger.open_unit(self.session, merchant_id=merchant_id, expiry=expiry, now=NOW)
        books = Books(self.session, merchant_id, unit)
        return books, [await books.customer() for _ in range(4)]

    def living(self, who: int) -> int:
        while who in self.model.moved:
            who = self.model.moved[who][0]
        return who

    def post(self, who: int, kind: str, amount: int, **more: Any) -> ledger.Posted:
        posting = self.books.posting(self.people[who], kind, amount, **more)
        (posted,) = self.run_(self.books.post_many([posting]))
        self.asked.append(posting)
        self.agree(who)
        return posted

    def agree(self, who: int) -> None:
        assert self.run_(self.books.figures(self.people[who])) == self.model.figures(who)

    @rule(who=WHO, amount=AMOUNT, hold=st.sampled_from([None, None, 3, "fulfilled"]))
    def earn(self, who: int, amount: int, hold: int | str | None) -> None:
        who, now = self.living(who), self.books.now
        held = None
        if hold is not None:
            held = ledger.HELD if isinstance(hold, str) else now + timedelta(days=hold)
        dated = now if held is None or held == ledger.HELD else held
        expires = lapses_at(self.expiry, dated, "Europe/London") or FAR
        order = f"order-{self.books.steps}"
        if held == ledger.HELD:
            self.earned[order] = (who, amount)
            self.model.be_active(who)
            self.model.earn(who, amount, order, FAR, held)
        else:
            self.earned[order] = (who, amount)
            self.model.be_active(who)
            self.model.earn(who, amount, order, expires, held)
        self.post(who, "earn", amount, source=Source("order", order), held_until=held)

    @precondition(lambda self: self.earned)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(sorted(self.earned)))
        expires = lapses_at(self.expiry, self.books.now, "Europe/London") or FAR
        for lot in self.model.lots:
            if lot.source == order and lot.held == ledger.HELD:
                lot.expires = expires
        self.model.release(order)
        key = (self.books.merchant_id, "order", order)
        now = self.books.now
        self.run_(ledger.release_source(self.books.session, [key], at=now, now=now))

    @rule(who=WHO, amount=AMOUNT)
    def spend(self, who: int, amount: int) -> None:
        who = self.living(who)
        if not self.model.can_spend(who, amount):
            posting = self.books.posting(self.people[who], "redeem", -amount)
            with pytest.raises(ledger.InsufficientPoints):
                self.run_(self.books.post_many([posting]))
            return
        name = self.books.steps
        self.model.be_active(who)
        self.model.spend(who, amount, name)
        posted = self.post(who, "redeem", -amount)
        self.redeemed[name] = (posted.entry.id, amount)

    @precondition(lambda self: any(left for _, left in self.redeemed.values()))
    @rule(data=st.data())
    def put_back(self, data: st.DataObject) -> None:
        names = [name for name, (_, left) in self.redeemed.items() if left]
        name = data.draw(st.sampled_from(names))
        entry_id, left = self.redeemed[name]
        amount = data.draw(st.integers(1, left))
        self.redeemed[name] = (entry_id, left - amount)
        self.model.put_back(name, amount)
        self.books.steps += 1
        self.run_(
            ledger.put_back(
                self.books.session,
                merchant_id=self.books.merchant_id,
                entry_id=entry_id,
                source=Source("test", str(self.books.steps)),
                amount=amount,
                actor="staff:1",
                now=self.books.now,
            )
        )

    @precondition(lambda self: any(left for _, left in self.earned.values()))
    @rule(data=st.data(), all_of_it=st.booleans())
    def refund(self, data: st.DataObject, all_of_it: bool) -> None:
        order = data.draw(st.sampled_from([o for o, (_, left) in self.earned.items() if left]))
        who, left = self.earned[order]
        amount = left if all_of_it else data.draw(st.integers(1, left))
        self.earned[order] = (who, left - amount)
        source = Source("order", order)
        self.model.claw_back(self.living(who), amount, order)
        self.post(
            self.living(who),
            "refund",
            -amount,
            source=source,
            step=f"refund:{self.books.steps}",
            clawback_of=source,
        )

    @rule(who=WHO, amount=st.integers(-60, 60).filter(bool))
    def adjust(self, who: int, amount: int) -> None:
        who = self.living(who)
        if amount > 0:
            expires = lapses_at(self.expiry, self.books.now, "Europe/London") or FAR
            self.model.be_active(who)
            self.model.earn(who, amount, f"adjustment-{self.books.steps}", expires, None)
        elif self.model.can_spend(who, -amount):
            self.model.spend(who, -amount, -self.books.steps - 1)
        else:
            return
        self.post(who, "adjust", amount)

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        posting = data.draw(st.sampled_from(self.asked[-10:]))
        (posted,) = self.run_(self.books.post_many([posting]))
        assert posted.replayed

    @rule(kept=WHO, merged=WHO)
    def merge(self, kept: int, merged: int) -> None:
        kept, merged = self.living(kept), self.living(merged)
        if kept == merged:
            return
        merge_id = self.run_(
            ledger.merge(
                self.books.session,
                merchant_id=self.books.merchant_id,
                kept_id=self.people[kept],
                merged_id=self.people[merged],
                actor="staff:1",
                now=self.books.now,
            )
        )
        name = len(self.merges)
        self.merges[name] = (merge_id, kept)
        self.model.merge(kept, merged, name)
        self.sweep_and_compare()

    @rule(data=st.data())
    def unmerge(self, data: st.DataObject) -> None:
        standing = {name for _, name in self.model.moved.values()}
        open_ = [n for n in sorted(standing) if self.merges[n][1] not in self.model.moved]
        if not open_:
            return
        name = data.draw(st.sampled_from(open_))
        self.model.unmerge(name)
        self.run_(
            ledger.unmerge(
                self.books.session,
                merchant_id=self.books.merchant_id,
                merge_id=self.merges[name][0],
                earned_through=orders.sources_of,
                actor="staff:1",
                now=self.books.now,
            )
        )

    @rule(days=st.integers(1, 12))
    def let_time_pass(self, days: int) -> None:
        self.model.remember()
        self.books.now += timedelta(days=days)
        self.model.advance(self.books.now)
        for who in range(4):
            self.shown(who)

    @rule(who=WHO, hours=st.integers(0, 24 * 60))
    def ask_about_the_past(self, who: int, hours: int) -> None:
        self.model.remember()
        as_of = max(NOW, self.books.now - timedelta(hours=hours))
        held = self.run_(ledger.balances_as_of(self.books.session, self.people[who], as_of=as_of))
        figures = [(it.available, it.pending, it.debt) for it in held] or [(0, 0, 0)]
        assert figures == [self.model.as_of(as_of)[who]]

    def shown(self, who: int) -> None:
        """What is shown is the truth before anybody has written it down."""
        person = self.people[who]
        held = self.run_(ledger.balances_of(self.books.session, [person], now=self.books.now))
        figures = [(it.available, it.pending, it.debt) for it in held[person]] or [(0, 0, 0)]
        assert figures == [self.model.figures(who)]

    @rule()
    def sweep_and_compare(self) -> None:
        self.run_(ledger.settle_due(self.books.session, now=self.books.now))
        self.run_(db.act_for(self.books.session, [self.books.merchant_id]))
        for who in range(4):
            self.agree(who)

    def teardown(self) -> None:
        if hasattr(self, "books"):
            try:
                self.sweep_and_compare()
                assert self.run_(self.books.violations()) == []
            finally:
                self.run_(self.session.rollback())
                self.run_(self.session.close())


def test_the_books_say_what_the_model_says(
    cluster_url: str, template: str, ring: crypto.KeyRing, settings: Settings
) -> None:
    with asyncio.Runner() as runner:
        url = make_url(cluster_url).set(database=template)
        database = db.connect(
            url.render_as_string(hide_password=False), ring, settings, pool_size=1
        )
        try:
            Machine.runner, Machine.database = runner, database
            run_state_machine_as_test(Machine, settings=SCENARIOS)
        finally:
            runner.run(database.close())


SCENARIOS = scenarios(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
