"""A vendor that is down is left alone, and one that allows little is not asked for more."""

import asyncio

import pytest

from loyalnest.integrations.calls import Breaker, Budget, Circuit, Limit, Line, Unreached
from loyalnest.integrations.calls.breaker import FAILURES, FIRST_PAUSE_S, LONGEST_PAUSE_S
from tests import emulators
from tests.emulators import Say
from tests.integrations.vendors.cast import way_to


def fail(breaker: Breaker, now: float) -> None:
    assert breaker.begin(now)
    breaker.end(now, worked=False)


def test_it_opens_after_failures_in_a_row_and_lets_one_call_try() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        fail(breaker, 0)
    breaker.begin(0)
    breaker.end(0, worked=True)
    for _ in range(FAILURES):
        assert breaker.circuit(0) is Circuit.CLOSED
        fail(breaker, 0)
    assert (breaker.circuit(0), breaker.wait_s(0)) == (Circuit.OPEN, FIRST_PAUSE_S)
    assert not breaker.begin(FIRST_PAUSE_S - 0.1)
    assert breaker.begin(FIRST_PAUSE_S)
    assert not breaker.begin(FIRST_PAUSE_S)  # somebody is trying already
    breaker.end(FIRST_PAUSE_S, worked=True)
    assert breaker.circuit(FIRST_PAUSE_S) is Circuit.CLOSED


def test_each_pause_is_twice_the_last_up_to_a_limit() -> None:
    breaker, now, pauses = Breaker(), 0.0, list[float]()
    for _ in range(FAILURES):
        fail(breaker, now)
    for _ in range(9):
        pauses.append(breaker.wait_s(now))
        now += pauses[-1]
        fail(breaker, now)
    assert pauses[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert pauses[-1] == LONGEST_PAUSE_S


def test_calls_that_were_under_way_when_it_opened_change_nothing() -> None:
    breaker = Breaker()
    for _ in range(20):
        breaker.begin(0)
    for _ in range(20):
        breaker.end(1, worked=False)
    assert (breaker.opened, breaker.wait_s(1)) == (1, FIRST_PAUSE_S)


async def test_a_line_to_a_vendor_that_is_down_asks_it_no_more() -> None:
    async with emulators.Meta() as vendor:
        vendor.always(Say(503))
        line = Line(way_to(vendor), breaker=Breaker())
        for _ in range(FAILURES):
            await line.ask("GET", "/")
        for _ in range(3):
            with pytest.raises(Unreached, match="circuit_open"):
                await line.ask("GET", "/")
        assert len(vendor.requests) == FAILURES
        await line.close()


async def test_a_budget_lets_a_burst_through_and_then_keeps_the_pace() -> None:
    at = 0.0
    budget = Budget([Limit(10, 1), Limit(15, 60)], clock=lambda: at)
    for _ in range(10):
        await asyncio.wait_for(budget.take(), 0.05)
    assert budget.left() == 0
    assert 0.09 < budget.wait_s() < 0.11
    at = 1.0
    assert budget.left() == 5  # a minute's worth is nearly used up
    for _ in range(5):
        await budget.take()
    assert budget.wait_s() > 2.9
