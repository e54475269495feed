"""Whatever colour a merchant likes, what is written in it and on it can be read."""

import pytest
from pydantic import ValidationError

from loyalnest.branding import BrandSettings, palette_of
from loyalnest.branding.rules import BLACK, NIGHT, READABLE, WHITE, contrast


def test_contrast_is_what_the_standard_says() -> None:
    assert contrast(WHITE, BLACK) == contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast("#777777", WHITE) == pytest.approx(4.478, abs=0.001)
    assert contrast("#ff0000", WHITE) == pytest.approx(3.998, abs=0.001)
    assert contrast("#0b6e5e", "#0b6e5e") == 1


def test_everything_can_be_read_in_every_colour() -> None:
    steps = range(0, 256, 17)
    for colour in [f"#{red:02x}{green:02x}{blue:02x}" for red in steps for green in steps
                   for blue in steps]:  # fmt: skip
        palette = palette_of(colour)
        assert contrast(palette.on_colour, colour) >= READABLE, colour
        assert contrast(palette.text, WHITE) >= READABLE, colour
        assert contrast(palette.text_in_dark, NIGHT) >= READABLE, colour
        assert (palette.text == colour) is (contrast(colour, WHITE) >= READABLE)
        assert (palette.text_in_dark == colour) is (contrast(colour, NIGHT) >= READABLE)


@pytest.mark.parametrize(
    ("colour", "on_it", "text", "in_dark", "told"),
    [
        ("#ffffff", BLACK, "#767676", "#ffffff", 1.0),
        ("#000000", WHITE, "#000000", "#878787", 21.0),
        ("#767676", WHITE, "#767676", "#878787", 4.5),
        ("#777777", BLACK, "#767676", "#878787", 4.4),  # 4.48: not told as what it isn't
        ("#ffcc00", BLACK, "#907300", "#ffcc00", 1.5),
    ],
)
def test_a_colour_too_pale_for_text_gets_a_darker_shade_of_its_own(
    colour: str, on_it: str, text: str, in_dark: str, told: float
) -> None:
    palette = palette_of(colour)
    assert (palette.on_colour, palette.text, palette.text_in_dark) == (on_it, text, in_dark)
    assert palette.as_text_contrast == told


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Café\tNord\n ", "Café Nord"),
        ("Cafe\u0301", "Café"),
        ("مقهى الشمال", "مقهى الشمال"),
        ("\u200fבית קפה\u200f", "\u200fבית קפה\u200f"),
        ("\u2067בית קפה\u2069 2", "\u2067בית קפה\u2069 2"),
        ("👩🏽‍🍳 Ada’s", "👩🏽‍🍳 Ada’s"),
        ("☕", "☕"),
        ("\U0001fae8", "\U0001fae8"),  # younger than the tables of some Pythons
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # text is shown as text
        ("م" * 60, "م" * 60),
    ],
)
def test_a_name_is_kept_in_one_line_in_any_script(given: str, kept: str) -> None:
    assert BrandSettings(name=given).name == kept


@pytest.mark.parametrize(
    "settings",
    [
        {"name": ""},
        {"name": " \n "},
        {"name": "\u200b\u200d"},
        {"name": "\u2800"},
        {"name": "\u2066Nord"},
        {"name": "a\0b"},
        {"name": "\u202eecivres"},
        {"name": "\ud83d"},
        {"name": "x" * 61},
        {"colour": "red"},
        {"colour": "#12345"},
        {"colour": "#1234567"},
        {"colour": "#12345g"},
        {"colour": "#123456\n"},
        {"colour": "url(javascript:alert(1))"},
        {"corners": "wavy"},
        {"logo": "../../etc/passwd"},
        {"font": "Comic Sans"},
    ],
)
def test_what_makes_no_sense_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        BrandSettings.model_validate(settings)


def test_a_colour_is_kept_in_small_letters() -> None:
    assert BrandSettings(colour="#0B6E5E").colour == "#0b6e5e"
