"""The parts that pages are made with: languages, rates, and what is kept a moment."""

import asyncio
from decimal import Decimal

import pytest

from loyalnest.kernel.languages import FORMS, LANGUAGES
from loyalnest.storefront.pages.keeping import Kept
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


def test_points_are_called_what_the_merchant_calls_them() -> None:
    words = {"unit.points": {"one": "{{shown}} point", "other": "{{shown}} points"}}
    assert Speech("en", words, {"en": ("point", "points")}).points(1200) == "1,200 points"
    beans = {"en": ("bean", "beans"), "de": ("Bohne", "Bohnen")}
    assert Speech("en", words, beans).points(1) == "1 bean"
    assert Speech("de", words, beans).points(1200) == "1.200 Bohnen"
    assert Speech("fr", words, beans).points(2) == "2 beans"


async def test_what_many_ask_for_at_once_is_made_once_and_not_for_long() -> None:
    now, made = 0.0, list[str]()
    kept = Kept[str](seconds=5, at_most=2, clock=lambda: now)

    async def make(name: str) -> str:
        made.append(name)
        await asyncio.sleep(0)
        if name == "broken":
            raise LookupError(name)
        return f"{name} {len(made)}"

    assert set(await asyncio.gather(*(kept.get("a", lambda: make("a")) for _ in range(9)))) == {
        "a 1"
    }
    now = 4.9
    assert await kept.get("a", lambda: make("a")) == "a 1"
    now = 5.0
    assert await kept.get("a", lambda: make("a")) == "a 2"
    for name in ("b", "c", "d"):
        await kept.get(name, lambda name=name: make(name))
    assert len(kept) == 2
    with pytest.raises(LookupError, match="broken"):
        await kept.get("broken", lambda: make("broken"))
    assert len(kept) == 2
    waiting = asyncio.create_task(kept.get("e", lambda: make("e")))
    await asyncio.sleep(0)
    waiting.cancel()  # whoever hangs up takes nothing away from the others
    assert (await kept.get("e", lambda: make("e"))).startswith("e ")
    assert made.count("e") == 1


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
