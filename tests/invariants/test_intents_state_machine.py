"""Whatever is sent twice, out of order or never answered: two devices have the effects of one."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import httpx
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

from loyalnest import customers, merchants, stamps
from loyalnest.kernel import crypto
from loyalnest.kernel import database as db
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.settings import Settings
from loyalnest.stamps.counter.rules.signed import point_of
from loyalnest.stamps.counter.service import clerks, settings, stampers
from loyalnest.stamps.counter.service.applying import apply_batch
from loyalnest.stamps.counter.values import CLERK, STAMPER, Policy, Signed
from tests.conftest import NOW
from tests.stamps.cafe import terms
from tests.stamps.device import Device

T = TypeVar("T")
DEVICE, CARD = st.integers(0, 1), st.integers(0, 1)
NEEDED = 10
NOBODY = httpx.AsyncClient()


class Machine(RuleBasedStateMachine):
    runner: asyncio.Runner
    database: db.Database

    def run_(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def open_the_cafe(self) -> None:
        self.session = AsyncSession(self.database.engine, expire_on_commit=False)
        self.session.info["database"] = self.database
        self.signed: list[list[dict[str, str]]] = [[], []]
        self.stamped: dict[tuple[int, int], tuple[int, int]] = {}  # wish → (card, count)
        self.undone: set[tuple[int, int]] = set()
        self.wished: set[str] = set()
        self.run_(self._open())

    async def _open(self) -> None:
        session = self.session
        await db.act_as_platform(session)
        cafe = await merchants.create(
            session,
            handle="cafe",
            name="Café",
            currency="EUR",
            time_zone="Europe/Berlin",
            now=NOW,
            actor="test",
        )
        self.merchant_id = cafe.id
        await db.act_for(session, [cafe.id])
        generous = Policy(offline_hours=720, offline_stamps=100)
        await settings.save_policy(session, generous, actor="test", now=NOW)
        program = await stamps.create(
            session, terms(), state=stamps.ProgramState.ACTIVE, actor="test", now=NOW
        )
        contacts = [customers.Contact(cafe.id, email=f"{it}@example.com") for it in ("a", "b")]
        people = await customers.recognise_many(session, contacts, now=NOW)
        openings = [
            stamps.Opening(customer_id=it.customer_id, program_id=program.id)
            for it in people
            if it is not None
        ]
        opened = await stamps.open_cards(session, openings, now=NOW)
        self.cards = [it.card.id for it in opened]
        clerk = await clerks.add_clerk(session, name="Mia", pin="2468", actor="test", now=NOW)
        self.devices = [await self._device(to_wire(CLERK, clerk.id)) for _ in range(2)]
        self.ids = [it for _, it in self.devices]

    async def _device(self, clerk: str) -> tuple[Device, Any]:
        device = Device(NOBODY, clerk=clerk)
        _, code = await stampers.add_stamper(
            self.session, name="Till", store_id=None, actor="test", now=NOW
        )
        paired, _ = await stampers.pair(
            self.session, code=code, public_key=point_of(device.jwk), device="x", now=NOW
        )
        device.id = to_wire(STAMPER, paired.id)
        return device, paired.id

    def wish(self, device: int, kind: str, **said: Any) -> int:
        held, _ = self.devices[device]
        number = next(held.counters)
        steps = sum(map(len, self.signed))
        at = NOW - timedelta(minutes=1000 - steps)
        wish = held.wish(kind, at=at, offline=True, counter=number, **said)
        self.signed[device].append(wish)
        return number

    @rule(device=DEVICE, card=CARD, count=st.integers(1, 6))
    def stamp(self, device: int, card: int, count: int) -> None:
        named = {"id": to_wire(stamps.CARD, self.cards[card])}
        number = self.wish(device, "stamp", card=named, count=count)
        self.stamped[device, number] = (card, count)

    @precondition(lambda self: self.stamped)
    @rule(data=st.data(), overtakes=st.booleans())
    def undo(self, data: st.DataObject, overtakes: bool) -> None:
        device, number = data.draw(st.sampled_from(sorted(self.stamped)))
        self.wish(device, "undo", undoes=number)
        self.undone.add((device, number))
        if overtakes:
            self.run_(self._send(device, self.signed[device][-1:]))

    @precondition(lambda self: self.stamped)
    @rule(device=DEVICE, card=CARD)
    def use(self, device: int, card: int) -> None:
        state = self.run_(self._state(card))
        if state.due:
            reward = to_wire(stamps.CARD_REWARD, state.due[0].id)
            self.wish(device, "use", reward=reward)
            self.wished.add(reward)

    @precondition(lambda self: any(self.signed))
    @rule(device=DEVICE, data=st.data())
    def something_gets_through(self, device: int, data: st.DataObject) -> None:
        if self.signed[device]:
            sent = data.draw(st.lists(st.sampled_from(self.signed[device]), max_size=6))
            if sent:
                self.run_(self._send(device, sent))

    def teardown(self) -> None:
        if not hasattr(self, "session"):
            return
        try:
            if hasattr(self, "cards"):
                self._agree()
        finally:
            self.run_(self.session.rollback())
            self.run_(self.session.close())

    def _agree(self) -> None:
        """All of it arrives in the end, twice; what counted is what was wished and not undone."""
        for _ in range(2):
            for device in (1, 0):
                if self.signed[device]:
                    self.run_(self._send(device, self.signed[device]))
        kept = {key: it for key, it in self.stamped.items() if key not in self.undone}
        for card in range(2):
            state = self.run_(self._state(card))
            has = state.collected - state.debt + NEEDED * (state.card.round - 1)
            assert has == sum(count for of, count in kept.values() if of == card)
            rows = self.run_(
                stamps.list_stamps(self.session, self.cards[card], before=None, limit=200)
            )
            alive = sorted(it.count for it in rows if it.undone_at is None)
            assert alive == sorted(count for of, count in kept.values() if of == card)

    async def _send(self, device: int, wishes: list[dict[str, str]]) -> None:
        await db.act_for(self.session, [self.merchant_id])
        for start in range(0, len(wishes), 100):
            sent = [Signed(**it) for it in wishes[start : start + 100]]
            answers, _ = await apply_batch(self.session, self.ids[device], sent, now=NOW)
            assert [it.outcome for it in answers if it.outcome == "held"] == []
            assert len(answers) == len(sent)

    async def _state(self, card: int) -> stamps.CardState:
        return await stamps.get_state(self.session, self.cards[card], now=NOW)


def test_two_devices_have_the_effects_of_one(
    cluster_url: str, template: str, settings: Settings, ring: crypto.KeyRing
) -> None:
    url = make_url(cluster_url).set(database=template).render_as_string(hide_password=False)
    with asyncio.Runner() as runner:
        Machine.runner = runner
        Machine.database = db.connect(url, ring, settings, pool_size=2)
        run_state_machine_as_test(
            Machine,
            settings=scenarios(
                max_examples=12,
                stateful_step_count=14,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
        runner.run(Machine.database.close())
