"""How buying is scored."""

from decimal import Decimal

import pytest

from loyalnest.segments import Segment, rules


@pytest.mark.parametrize(
    ("days", "score"),
    [(0, 5), (7, 5), (8, 4), (30, 4), (31, 3), (60, 3), (61, 2), (90, 2), (91, 1)],
)
def test_recency_by_days(days: int, score: int) -> None:
    assert rules.recency_of(days) == score


@pytest.mark.parametrize(
    ("orders", "score"), [(1, 1), (2, 2), (3, 2), (4, 3), (6, 3), (7, 4), (10, 4), (11, 5)]
)
def test_frequency_by_orders(orders: int, score: int) -> None:
    assert rules.frequency_of(orders) == score


@pytest.mark.parametrize(
    ("multiple", "score"),
    [("0", 1), ("0.49", 1), ("0.5", 2), ("0.99", 2), ("1", 3), ("1.99", 3), ("2", 4), ("5", 4),
     ("5.01", 5)],
)  # fmt: skip
def test_money_by_average_orders(multiple: str, score: int) -> None:
    assert rules.money_of(Decimal(multiple), 1) == score


def test_money_of_which_nothing_is_known_scores_as_frequency_does() -> None:
    assert [rules.money_of(None, orders) for orders in (1, 3, 6, 10, 11)] == [1, 2, 3, 4, 5]


def test_each_of_the_125_triples_has_a_segment_and_each_segment_a_triple() -> None:
    every = rules.every_segment()
    assert len(every) == 125
    assert set(every) == set(Segment)


def test_more_of_one_score_never_makes_a_champion_less() -> None:
    champions = [
        (r, f, m)
        for r in rules.SCORES
        for f in rules.SCORES
        for m in rules.SCORES
        if rules.segment_of(r, f, m) is Segment.CHAMPIONS
    ]
    for r, f, m in champions:
        better = [(min(5, r + 1), f, m), (r, min(5, f + 1), m), (r, f, min(5, m + 1))]
        assert all(rules.segment_of(*triple) is Segment.CHAMPIONS for triple in better)
