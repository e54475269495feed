"""Words and what is filled in become a mail, a text message or a chat."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from loyalnest import templates
from loyalnest.kernel.errors import Invalid
from loyalnest.templates import (
    Approval,
    Channel,
    Encoding,
    Links,
    Occasion,
    Rendered,
    Words,
    sample_of,
    segments_of,
)
from tests.templates.cast import VOICE, template

EARNED, ISSUED = Occasion.POINTS_EARNED, Occasion.REWARD_ISSUED
EVIL = """<script>alert(1)</script>"><img src=x onerror=alert(1)> & ' {{ 7*7 }}"""
EVIL_NAME = """<b>'"><img onerror=alert(1)>{{ 7*7 }}"""


class Tags(HTMLParser):
    """What is in a mail: its tags, their attributes, and its text."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def mail(body: str, *, language: str = "en", voice: Any = VOICE, **given: Any) -> Rendered:
    words = Words(body, "News for {% if name %}{{ name }}{% else %}you{% endif %}")
    made = template(EARNED, Channel.EMAIL, language, words=words, voice=voice)
    return templates.render(made, {**sample_of(EARNED), **given})


def test_a_mail_has_html_and_the_same_in_plain_text():
    body = (
        "# Hello {{ name }}\n\nYou have **{{ points }}**,\nand that is a lot.\n\n- one\n- two\n\n"
        "`{{ name }}`\n\n[See {{ points|number }}]({{ link }})\n\n"
        "Read [the rules](https://shop.example/rules?a=1&b=2), please."
    )
    made = mail(body)
    assert made.subject == "News for Anna"
    assert made.text == (
        "Hello Anna\n\nYou have 120 points,\nand that is a lot.\n\n- one\n- two\n\nAnna\n\n"
        "See 120: https://shop.example/loyalty\n\n"
        "Read the rules: https://shop.example/rules?a=1&b=2, please.\n\n-- \n"
        "This message comes from the loyalty program of Café Nord.\n"
    )
    assert made.html is not None
    tags = Tags(made.html)
    assert not tags.open
    assert tags.links == ["https://shop.example/loyalty", "https://shop.example/rules?a=1&b=2"]
    assert "<strong>120 points</strong>,<br>and that is a lot." in made.html
    assert {"h1", "ul", "li"} <= set(tags.tags)
    assert "prefers-color-scheme:dark" in made.html
    assert 'lang="en" dir="ltr"' in made.html


def test_what_is_filled_in_is_text_wherever_it_stands():
    voice = replace(VOICE, program=EVIL, logo="https://shop.example/logo.webp", logo_size=(512, 64))
    made = mail(
        "# {{ name }}\n\n**{{ program }}**\n\n[{{ name }}]({{ link }})", name=EVIL_NAME, voice=voice
    )
    assert made.html is not None
    tags = Tags(made.html)
    assert "script" not in tags.tags
    assert tags.tags.count("img") == 1
    assert 'width="200" height="25"' in made.html
    assert "<script>alert(1)</script>" in made.text
    assert EVIL_NAME in made.text


def test_a_paragraph_that_is_a_condition_is_left_out_as_a_whole():
    body = (
        "Hello\n\n{% if name %}For {{ name }}{% else %}For you{% endif %}\n\n"
        "{% if link %}\n\nHere:\n\n[Go]({{ link }})\n\n{% endif %}\n\nBye"
    )
    full, bare = mail(body), mail(body, name=None, link=None)
    assert full.text.split("\n\n")[:5] == [
        "Hello",
        "For Anna",
        "Here:",
        "Go: https://shop.example/loyalty",
        "Bye",
    ]
    assert bare.text.split("\n\n")[:3] == ["Hello", "For you", "Bye"]
    assert bare.html is not None
    assert not re.search(r"<p[^>]*>\s*</p>", bare.html)
    assert not Tags(bare.html).open


@pytest.mark.parametrize(
    "given",
    [
        {"points": "120"},
        {"points": 1.5},
        {"points": True},
        {"points": 10**16},
        {"points": None},
        {"name": 7},
        {"name": "\r\n"},
        {"link": "javascript:alert(1)"},
        {"link": "https://shop.example/\r\nBcc: x"},
        {"link": "https://shop.example/'onclick='x"},
        {"link": "//shop.example"},
    ],
)
def test_what_is_not_what_the_occasion_says_is_refused_by_name(given: dict[str, Any]):
    with pytest.raises(Invalid) as refused:
        mail("Hello {{ points }}", **given)
    assert list(refused.value.fields) == [f"variables.{next(iter(given))}"]


def test_no_value_gets_a_line_of_its_own_into_the_subject():
    made = mail("Hello", name="Anna\r\nBcc: everybody\u2028\u202e\ud800")
    assert made.subject == "News for Anna Bcc: everybody"


def test_the_links_of_a_message_can_lead_elsewhere_and_those_below_it_never_do():
    followed: list[str] = []

    def follow(address: str) -> str:
        followed.append(address)
        return f"https://nest.example/m/{len(followed)}"

    words = Words("[Go]({{ link }})\n\nor [there](https://shop.example/there)", "News")
    below = Links("https://nest.example/u/1", "https://nest.example/p/1", follow)
    made = templates.render(template(words=words), sample_of(EARNED), links=below)
    assert made.html is not None
    assert Tags(made.html).links == [
        "https://nest.example/m/1",
        "https://nest.example/m/2",
        "https://nest.example/u/1",
        "https://nest.example/p/1",
    ]
    assert followed == ["https://shop.example/loyalty", "https://shop.example/there"]
    assert "Go: https://nest.example/m/1" in made.text
    assert "Unsubscribe: https://nest.example/u/1" in made.text


def test_a_mail_from_right_to_left_keeps_foreign_words_in_their_place():
    made = templates.render(template(language="ar"), {**sample_of(EARNED), "name": "Anna"})
    assert made.html is not None
    assert 'lang="ar" dir="rtl"' in made.html
    assert "text-align:right" in made.html
    assert "\u2068Anna\u2069" in made.text
    turned = mail("Hello {{ name }}!", name="ענת")
    assert "\u2068ענת\u2069" in turned.text


@pytest.mark.parametrize("language", ["ar", "fa", "he", "en"])
def test_a_code_is_copied_without_anything_that_cant_be_seen(language: str):
    made = templates.render(template(ISSUED, language=language), sample_of(ISSUED))
    assert made.html is not None
    assert 'dir="ltr">NORD-7K2P</p>' in made.html
    assert "\nNORD-7K2P\n" in made.text
    spoken = mail("`{{ name }}`, {{ name }}\n\n`{{ name }}`", name="ענת")
    assert spoken.text.startswith("`\u2068ענת\u2069`, \u2068ענת\u2069\n\nענת\n")


@pytest.mark.parametrize(
    "name",
    [
        "https://evil.example",
        "www.evil.example",
        "evil.example",
        "evil。example",
        "you-won@evil.example",
        "evil.example/win",
        "Anna" * 20,
    ],
)
def test_who_calls_themselves_an_address_is_greeted_without_a_name(name: str):
    made = mail("Hello{% if name %} {{ name }}{% endif %}!", name=name)
    assert made.text.startswith("Hello!")
    for real in ("Anna", "J.R.", "O'Neil-Łukasz", "Ада", "李"):
        assert f"Hello {real}!" in mail("Hello {{ name }}!", name=real).text


@pytest.mark.parametrize(
    ("language", "amount", "currency", "expected"),
    [
        ("en", "12.50", "EUR", "€12.50"),
        ("en", "12.00", "EUR", "€12"),
        ("en", "1200", "JPY", "¥1,200"),
        ("de", "1234.5", "EUR", "1.234,50 €"),
        ("ja", "1200", "JPY", "￥1,200"),
        ("en", "1.234", "KWD", "KWD 1.234"),
    ],
)
def test_money_is_written_as_its_currency_and_the_language_do(
    language: str, amount: str, currency: str, expected: str
):
    made = template(Occasion.TIER_AT_RISK, Channel.SMS, language, words=Words("Spend {{ spend }}."))
    given = sample_of(Occasion.TIER_AT_RISK) | {
        "spend": {"amount": amount, "currency": currency},
    }
    text = templates.render(made, given).text
    assert text.replace("\u00a0", " ") == f"Spend {expected}."


def test_points_go_by_what_the_merchant_calls_them():
    voice = replace(VOICE, units={"en": ("bean", "beans"), "de": ("Bohne", "Bohnen")})
    made = {
        language: templates.render(
            template(EARNED, Channel.SMS, language, voice=voice), {**sample_of(EARNED), "points": 1}
        ).text
        for language in ("en", "de", "fr")
    }
    assert "earned 1 bean. Your balance is now 1,240 beans" in made["en"]
    assert "1 Bohne" in made["de"]
    assert "1 bean" in made["fr"]


def test_a_chat_is_sent_by_the_name_of_its_template_with_what_is_filled_in():
    words = Words(
        "You have {{ points }}, {{ name }}: {{ balance }} in all. {{ points }}!", name="p"
    )
    made = template(EARNED, Channel.WHATSAPP, "pt", words=words)
    made = replace(made, approval=Approval.APPROVED)
    assert templates.submitted(made) == "You have {{1}}, {{2}}: {{3}} in all. {{1}}!"
    chat = templates.render(made, sample_of(EARNED))
    assert chat.whatsapp is not None
    assert chat.whatsapp.variables == ("120 pontos", "Anna", "1.240 pontos")
    assert (chat.whatsapp.name, chat.whatsapp.language) == ("p", "pt_BR")
    assert chat.whatsapp.approval is Approval.APPROVED
    with pytest.raises(templates.VariableMissing):
        templates.render(made, {**sample_of(EARNED), "name": None})


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "left"),
    [
        ("", Encoding.GSM_7, 0, 1, 160),
        ("a" * 160, Encoding.GSM_7, 160, 1, 0),
        ("a" * 161, Encoding.GSM_7, 161, 2, 145),
        ("a" * 306, Encoding.GSM_7, 306, 2, 0),
        ("€" * 80, Encoding.GSM_7, 160, 1, 0),
        # The euro is two septets, which no part tears apart: the 153rd stays empty.
        ("a" * 152 + "€" + "a" * 10, Encoding.GSM_7, 164, 2, 141),
        ("ы" * 70, Encoding.UCS_2, 70, 1, 0),
        ("ы" * 71, Encoding.UCS_2, 71, 2, 63),
        ("a" * 69 + "ы", Encoding.UCS_2, 70, 1, 0),
        ("🎉" * 35, Encoding.UCS_2, 70, 1, 0),
        ("a" * 66 + "🎉" * 3, Encoding.UCS_2, 72, 2, 61),
        ("`", Encoding.UCS_2, 1, 1, 69),
    ],
)
def test_a_text_message_is_counted_as_the_networks_do(
    text: str, encoding: Encoding, units: int, segments: int, left: int
):
    found = segments_of(text)
    assert (found.encoding, found.units, found.segments, found.left) == (
        encoding,
        units,
        segments,
        left,
    )


def test_typographic_signs_do_not_make_a_text_message_dearer():
    made = template(EARNED, Channel.SMS, words=Words("Don’t miss “{{ points }}” – soon…"))
    sent = templates.render(made, sample_of(EARNED))
    assert sent.text == 'Don\'t miss "120 points" - soon...'
    kept = template(EARNED, Channel.SMS, words=Words("Don’t miss 🎉 {{ points }}"))
    assert templates.render(kept, sample_of(EARNED)).text == "Don’t miss 🎉 120 points"
