"""A vendor that allows little is not asked for more."""

import asyncio

from loyalnest.integrations.calls import Budget, Limit


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
