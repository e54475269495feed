"""What boosts come to, and which orders meet a rule."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalnest.campaigns import (
    Bonus,
    Boost,
    Combining,
    Conditions,
    Part,
    Purchase,
    Rule,
    State,
    rules,
)
from loyalnest.campaigns.values import CampaignId
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.merchants import Combine

FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
TEN = (Part("1", "bread", Decimal("10.00"), 10),)
GOLD = Boost("tier", "gold", "Gold", factor=Decimal("1.5"))
DOUBLE = Boost("campaign", "cmp_1", "Double Friday", factor=Decimal(2))
FIFTY = Boost("campaign", "cmp_2", "Fifty more", points=50)


def combining(how: str = "highest", at_most: int = 10) -> Combining:
    return Combining(Combine(how).value, Decimal(at_most))


def bought(*parts: Part, placed_at: datetime = FRIDAY, channel: str | None = "web") -> Purchase:
    return Purchase(
        merchant_id=new_id(),
        order_id=new_id(),
        customer_id=new_id(),
        store_id=new_id(),
        channel=channel,
        placed_at=placed_at,
        parts=parts or TEN,
        combining=combining(),
        segment_factors={},
    )


def rule(**conditions: object) -> Rule:
    return Rule(
        name="Double Friday",
        state=State.ACTIVE,
        starts_at=FRIDAY - timedelta(days=1),
        ends_at=FRIDAY + timedelta(days=1),
        effect=Bonus(points=50),
        conditions=Conditions.model_validate(conditions),
    )


def meets(it: Rule, purchase: Purchase, tier: str | None = None, segment: str | None = None):
    return rules.meets(it, purchase, zone=LONDON, tier=tier, segment=segment)


@pytest.mark.parametrize(
    ("how", "points"), [("highest", 10), ("sum", 15), ("product", 20)], ids=str
)
def test_multipliers_come_together_as_the_merchant_chose(how: str, points: int) -> None:
    assert rules.spread(TEN, [GOLD, DOUBLE], combining(how)).points == points


def test_of_several_multipliers_the_highest_alone_is_credited() -> None:
    assert rules.spread(TEN, [GOLD, DOUBLE], combining()).by_boost == (0, 10)


def test_no_order_earns_more_than_the_cap() -> None:
    assert rules.spread(TEN, [DOUBLE, GOLD], combining("product", 2)).points == 10


def test_fixed_points_come_on_top_and_are_not_multiplied() -> None:
    assert rules.spread(TEN, [GOLD, FIFTY], combining()).by_boost == (5, 50)


def test_what_a_multiplier_adds_is_rounded_down_once_for_the_order() -> None:
    thirds = [Part(str(n), None, Decimal(1), 1) for n in range(3)]
    assert rules.spread(thirds, [GOLD], combining()).points == 1


def test_a_boost_for_products_counts_for_their_lines_alone() -> None:
    parts = [*TEN, Part("2", "cake", Decimal("4.00"), 4)]
    for_cake = Boost("campaign", "cmp", "Cake week", factor=Decimal(3), products=("cake",))
    assert rules.spread(parts, [for_cake], combining()).by_part == (0, 8)


def test_a_budget_set_aside_is_never_exceeded_by_a_later_edit() -> None:
    limited = Boost("campaign", "cmp", "Double", factor=Decimal(2), at_most=7)
    assert rules.spread(TEN, [limited], combining()).points == 7


parts_of_orders = st.lists(
    st.tuples(st.integers(0, 50_000), st.integers(0, 5_000)), min_size=1, max_size=8
).map(
    lambda rows: [
        Part(str(n), f"p{n % 3}", Decimal(pence) / 100, points)
        for n, (pence, points) in enumerate(rows)
    ]
)
any_boosts = st.lists(
    st.builds(
        Boost,
        kind=st.just("campaign"),
        id=st.text("abc", min_size=1, max_size=3),
        name=st.just("any"),
        factor=st.decimals(1, 5, places=2),
        points=st.integers(0, 100),
        products=st.sampled_from([None, ("p1",), ("p2", "p0"), ("none",)]),
        at_most=st.none() | st.integers(100, 300),
    ),
    max_size=5,
)


@given(parts_of_orders, any_boosts, st.sampled_from(["highest", "sum", "product"]))
def test_whatever_boosts_add_is_shared_out_exactly(
    parts: Sequence[Part], boosts: Sequence[Boost], how: str
) -> None:
    spread = rules.spread(parts, boosts, combining(how))
    assert sum(spread.by_part) == sum(spread.by_boost)
    assert all(share >= 0 for share in (*spread.by_part, *spread.by_boost))
    cap = sum(part.points for part in parts) * (10 - 1) + sum(boost.points for boost in boosts)
    assert spread.points <= cap


def test_a_rule_holds_between_its_dates() -> None:
    it = rule()
    assert meets(it, bought())
    assert meets(it, bought(placed_at=it.starts_at))
    assert not meets(it, bought(placed_at=it.starts_at - timedelta(seconds=1)))
    assert it.ends_at is not None
    assert not meets(it, bought(placed_at=it.ends_at))


def test_a_day_of_the_week_is_the_merchants_own() -> None:
    just_saturday = datetime(2026, 7, 3, 23, 30, tzinfo=UTC)  # 00:30 on Saturday in London
    summer = rule(weekdays=[6]).model_copy(
        update={"starts_at": just_saturday - timedelta(days=1), "ends_at": None}
    )
    assert meets(summer, bought(placed_at=just_saturday))


@pytest.mark.parametrize(
    ("conditions", "met"),
    [
        ({"tiers": ["gold"]}, True),
        ({"tiers": ["silver"]}, False),
        ({"segments": ["champions", "loyal"]}, True),
        ({"segments": ["lost"]}, False),
        ({"channels": ["pos"]}, False),
        ({"products": ["bread"]}, True),
        ({"products": ["tea"]}, False),
        ({"minimum_spend": "10.00"}, True),
        ({"minimum_spend": "10.01"}, False),
        ({"stores": ["sto_0"]}, False),
        ({"tiers": ["gold"], "channels": ["pos"]}, False),
    ],
    ids=str,
)
def test_every_condition_must_hold(conditions: dict[str, object], met: bool) -> None:
    assert meets(rule(**conditions), bought(), "gold", "loyal") is met


def test_a_store_is_named_as_the_api_writes_it() -> None:
    purchase = bought()
    assert meets(rule(stores=[to_wire("sto", purchase.store_id)]), purchase)


def test_the_holdout_is_stable_and_about_as_large_as_asked() -> None:
    campaign = CampaignId(new_id())
    people = [new_id() for _ in range(4000)]
    left_out = [one for one in people if rules.is_held_out(campaign, one, 20)]
    assert 0.15 < len(left_out) / len(people) < 0.25
    assert all(rules.is_held_out(campaign, one, 20) for one in left_out)
    assert not any(rules.is_held_out(campaign, one, 0) for one in people)
