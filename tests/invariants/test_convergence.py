"""The same facts about an order, in any order and with repetitions, end in the same balances."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalnest.kernel.database import Database
from tests.contracts.shopify.bodies import Body, line, order, refund
from tests.shop import Shop, Told, open_shop

BEGINNING = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PROGRAMS: list[dict[str, Any]] = [
    {},
    {"award_on": "created"},
    {"hold": {"kind": "fulfilled"}},
    {"award_on": "fulfilled", "rounding": "nearest"},
    {"counts": {"shipping": True, "discounted": False}},
]


@st.composite
def lives(draw: st.DrawFn) -> list[Told]:
    """Everything a shop could tell of one order: versions of it, refunds, perhaps its end."""
    count = draw(st.integers(1, 3))
    quantities = [draw(st.integers(1, 4)) for _ in range(count)]
    cents = [draw(st.integers(0, 2000)) for _ in range(count)]
    refunds = [draw(_refunds(n, quantities)) for n in range(draw(st.integers(0, 3)))]
    news: list[Told] = [("refunds/create", it) for it in refunds]
    for version in range(draw(st.integers(1, 3))):
        at = (BEGINNING + timedelta(minutes=version)).isoformat()
        lines = [
            line(n, f"{price / 100:.2f}", quantity=quantity, current_quantity=left)
            for n, (price, quantity) in enumerate(zip(cents, quantities, strict=True))
            for left in [draw(st.integers(0, quantity))]
        ]
        body = order(
            lines=lines,
            created_at=BEGINNING.isoformat(),
            updated_at=at,
            financial_status=draw(st.sampled_from(["paid", "pending"])),
            fulfillment_status=draw(st.sampled_from(["fulfilled", None])),
            shipping_lines=[{"price": "3.00"}],
            refunds=draw(st.lists(st.sampled_from(refunds), max_size=2)) if refunds else [],
        )
        news.append(("orders/updated", body))
    if draw(st.integers(0, 4)) == 0:
        news.append(("orders/delete", {"id": 1001}))
    return news


def _refunds(n: int, quantities: list[int]) -> st.SearchStrategy[Body]:
    units = st.integers(0, len(quantities) - 1).flatmap(
        lambda at: st.integers(1, quantities[at]).map(lambda count: {at: count})
    )
    statuses = st.sampled_from(["success", "success", "failure"])
    whole: st.SearchStrategy[dict[int, int]] = st.just({})
    return st.tuples(whole | units, st.integers(1, 3000), statuses).map(
        lambda it: refund(600 + n, lines=it[0], amount=f"{it[1] / 100:.2f}", status=it[2])
    )


@pytest.fixture(scope="module")
async def database(lasting_database: Database) -> Database:
    return lasting_database


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lives(), st.sampled_from(PROGRAMS), st.randoms(use_true_random=False))
async def test_any_order_of_arrival_ends_in_the_same_balances(
    database: Database, life: list[Told], program: dict[str, Any], chance: random.Random
) -> None:
    ends = [
        await _live(database, program, [life]),
        await _live(database, program, [[told] for told in life]),
        await _live(database, program, _disturbed(life, chance)),
        await _live(database, program, _disturbed(life, chance)),
    ]
    assert ends == ends[:1] * len(ends)


def _disturbed(life: list[Told], chance: random.Random) -> list[list[Told]]:
    """The same news shuffled, some of it twice or thrice, in batches of random size."""
    news = life * 2 + [chance.choice(life)]
    chance.shuffle(news)
    batches: list[list[Told]] = []
    while news:
        size = chance.randint(1, 3)
        batches.append(news[:size])
        news = news[size:]
    return batches


async def _live(
    database: Database, program: dict[str, Any], batches: list[list[Told]]
) -> tuple[int, int, int]:
    shop: Shop = await open_shop(database)
    await shop.sets(now=BEGINNING - timedelta(days=1), **program)
    for batch in batches:
        await shop.tells(*batch, now=BEGINNING + timedelta(hours=1))
    assert await shop.books_balance()
    return await shop.balance()
