"""The parts that pages are made with: languages, rates and visits."""

from decimal import Decimal

import pytest

from loyalnest.kernel.languages import FORMS, LANGUAGES
from loyalnest.storefront.facts import own_unit
from loyalnest.storefront.pages.sheet import ratio_of
from loyalnest.storefront.pages.speech import Speech, locale_of
from loyalnest.storefront.pages.visits import Visits


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        ("1", (1, 1)),
        ("10", (10, 1)),
        ("0.05", (1, 20)),
        ("1.5", (3, 2)),
        ("0.333333", (333333, 10**6)),
    ],
)
def test_a_rate_is_told_without_fractions(rate: str, told: tuple[int, int]) -> None:
    assert ratio_of(Decimal(rate)) == told


def test_every_form_that_a_language_has_is_one_that_the_catalogues_have() -> None:
    numbers = (*range(130), 1000, 1_000_000)
    for language in LANGUAGES:
        forms = {locale_of(language).plural_form(each) for each in numbers}
        assert forms <= set(FORMS[language]), language


@pytest.mark.parametrize(
    ("language", "number", "told"),
    [("en", 1, "1 bean"), ("de", 1200, "1.200 Bohnen"), ("fr", 2, "2 beans")],
)
def test_points_are_called_what_the_merchant_calls_them(
    language: str, number: int, told: str
) -> None:
    beans = own_unit({"en": ("bean", "beans"), "de": ("Bohne", "Bohnen")}, language)
    assert Speech(language, {}, beans).points(number) == told


def test_points_that_have_no_name_of_their_own_are_called_what_we_call_them() -> None:
    words = {"unit.points": {"one": "{{shown}} Punkt", "other": "{{shown}} Punkte"}}
    for names in ({}, {"en": ("point", "points")}):
        assert Speech("de", words, own_unit(names, "de")).points(1200) == "1.200 Punkte"


def test_a_visit_ends_half_an_hour_after_it_was_last_heard_of() -> None:
    now = 0.0
    visits = Visits(clock=lambda: now, at_most=2)
    assert visits.begins("a")
    now = 1799.0
    assert not visits.begins("a")
    now += 1799
    assert not visits.begins("a")
    now += 1801
    assert visits.begins("a")
    assert all(visits.begins(each) for each in ("b", "c", "a"))  # nothing is remembered without end
