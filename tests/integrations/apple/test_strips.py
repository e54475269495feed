"""Strips show how far a card is, in colours that can be told apart, and are drawn once."""

from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image

from loyalnest.branding import contrast
from loyalnest.integrations.apple.parts import Kept, Parts, part
from loyalnest.integrations.apple.pencil import Box, Colours
from loyalnest.integrations.apple.strips import (
    HEIGHT_PT,
    PLACES_AT_MOST,
    WIDTH_PT,
    Strip,
    draw,
    places,
)

GREEN = Colours.of("#0b6e5e", "#ffffff")
SEEN = 3.0


@pytest.mark.parametrize("needed", range(1, PLACES_AT_MOST + 1))
def test_places_lie_side_by_side_within_the_strip(needed: int) -> None:
    boxes = places(needed)
    assert len(boxes) == needed
    for left, top, right, below in boxes:
        assert 0 <= left < right <= WIDTH_PT
        assert 0 <= top < below <= HEIGHT_PT
        assert right - left >= 24  # points: large enough to be counted
    for one, other in pairwise(boxes):
        assert one[2] < other[0] or one[3] < other[1]


@pytest.mark.parametrize("background", ["#0b6e5e", "#ffffff", "#000000", "#808080", "#ffe600"])
@pytest.mark.parametrize("ink", ["#ffffff", "#0b6e5e", "#7f7f7f", "#fffde7", "#111111"])
def test_what_is_stamped_and_what_is_not_can_be_seen_in_any_colours(
    background: str, ink: str
) -> None:
    colours = Colours.of(background, ink)
    assert contrast(colours.paper, colours.ink) >= SEEN
    assert contrast(colours.paper, colours.faint) >= SEEN


def test_as_many_places_are_stamped_as_there_are_stamps() -> None:
    for collected in (0, 1, 9, 10):
        image = _image(Strip(GREEN, collected, 10, frozenset()))
        # Below the tick: ink where a place is stamped, paper where it is not.
        seen = [_at(image, (left + right) / 2, below - 4) for left, _, right, below in places(10)]
        assert seen == [GREEN.ink] * collected + [GREEN.paper] * (10 - collected)


def test_a_mirrored_strip_is_the_same_from_the_other_side() -> None:
    strip = Strip(GREEN, 3, 7, frozenset())
    there = Strip(GREEN, 3, 7, frozenset(), mirrored=True)
    (left, _, right, below), *_ = places(7)
    x, y = (left + right) / 2, below - 4
    assert _at(_image(strip), x, y) == _at(_image(there), WIDTH_PT - x, y) == GREEN.ink
    assert _at(_image(strip), WIDTH_PT - x, y) == GREEN.paper


def test_a_place_that_brings_a_reward_looks_like_no_other() -> None:
    for collected in (0, 5):
        plain = _image(Strip(GREEN, collected, 5, frozenset()))
        gifted = _image(Strip(GREEN, collected, 5, frozenset({5})))
        first, *_, last = places(5)
        assert _cut(plain, last) != _cut(gifted, last)
        assert _cut(plain, first) == _cut(gifted, first)


def test_a_card_of_many_stamps_fills_a_bar() -> None:
    share = [_share_of_ink(_image(Strip(GREEN, it, 100, frozenset()))) for it in (0, 10, 50, 100)]
    assert share == sorted(share)
    assert len(set(share)) == 4


def test_what_was_drawn_is_used_again_and_the_least_wanted_goes() -> None:
    drawn: list[str] = []

    def draw_it(name: str) -> Parts:
        drawn.append(name)
        return (part(name, bytes(40)),)

    kept = Kept(bytes_at_most=100)
    for name in ("a", "b", "a", "c", "a", "b"):
        kept.get(name, lambda name=name: draw_it(name))
    assert drawn == ["a", "b", "c", "b"]


def _image(strip: Strip) -> Image.Image:
    body = next(it.body for it in draw(strip) if it.name == "strip@2x.png")
    return Image.open(BytesIO(body)).convert("RGB")


def _at(image: Image.Image, x: float, y: float) -> str:
    found = image.getpixel((round(x * 2), round(y * 2)))
    assert isinstance(found, tuple)
    return f"#{bytes(int(it) for it in found).hex()}"


def _cut(image: Image.Image, box: Box) -> bytes:
    left, top, right, below = (round(it * 2) for it in box)
    return image.crop((left, top, right, below)).tobytes()


def _share_of_ink(image: Image.Image) -> int:
    colours = image.getcolors(1_000_000) or []
    return sum(count for count, it in colours if it == tuple(bytes.fromhex(GREEN.ink[1:])))
