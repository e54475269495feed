"""What a merchant's words may say, and all that they may not."""

import time
from typing import Any

import pytest

from loyalnest import templates
from loyalnest.kernel.errors import Invalid
from loyalnest.templates import Channel, Occasion, Words, sample_of
from loyalnest.templates.rules import checked
from tests.templates.cast import template

EARNED, MAIL, SMS = Occasion.POINTS_EARNED, Channel.EMAIL, Channel.SMS


def refusal(
    body: str,
    *,
    subject: str | None = "News",
    channel: Channel = MAIL,
    language: str = "en",
    occasion: Occasion = EARNED,
    **more: Any,
) -> tuple[str, dict[str, str]]:
    """The code of the refusal, and the places that it names."""
    words = Words(body, subject if channel is MAIL else None, **more)
    with pytest.raises(Invalid) as refused:
        checked(occasion, channel, language, words)
    return refused.value.code, refused.value.fields


def said(body: str, *, language: str = "en", occasion: Occasion = EARNED, **given: Any) -> str:
    words = checked(occasion, SMS, language, Words(body))
    made = template(occasion, SMS, language, words=words)
    return templates.render(made, {**sample_of(occasion), **given}).text


@pytest.mark.parametrize(
    "attack",
    [
        "{{ name.__class__ }}",
        "{{ name['__class__'] }}",
        "{{ name.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''.join(['a']) }}",
        "{{ name() }}",
        "{{ 7 * 7 }}",
        "{{ 'x' ~ name }}",
        "{{ 'constant' }}",
        "{{ [name] }}",
        "{{ name if points else balance }}",
        "{{ name[0:1] }}",
        "{{ -points }}",
        "{{ points == 7 }}",
        "{% if points > 7 %}x{% endif %}",
        "{% if name is defined %}x{% endif %}",
        "{% if 'a' in name %}x{% endif %}",
        "{% if name.x %}x{% endif %}",
        "{% for x in name %}x{% endfor %}",
        "{% set x = name %}",
        "{% macro m() %}x{% endmacro %}",
        "{% include 'layout.html' %}",
        "{% import 'x' as y %}",
        "{% extends 'layout.html' %}",
        "{% block b %}x{% endblock %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with %}x{% endwith %}",
        "{% autoescape false %}{{ name }}{% endautoescape %}",
        "{{ points|plural(*name) }}",
        "{{ points|plural(**name) }}",
        "{{ points|plural(other=name) }}",
    ],
)
def test_a_template_fills_in_and_asks_and_can_do_nothing_else(attack: str):
    code, places = refusal(f"Hello\n\n{attack} there")
    assert code in {"TEMPLATE_FORBIDDEN", "TEMPLATE_UNREADABLE"}
    assert "3" in places["words.body"], places


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{{ self }}", "VARIABLE_UNKNOWN"),
        ("{{ request }}", "VARIABLE_UNKNOWN"),
        ("{{ s0 }}", "VARIABLE_UNKNOWN"),
        ("{{ nme }}", "VARIABLE_UNKNOWN"),
        ("{% if b_colour %}x{% endif %}", "VARIABLE_UNKNOWN"),
        ("{{ name|upper }}", "FILTER_UNKNOWN"),
        ("{{ name|safe }}", "FILTER_UNKNOWN"),
        ("{{ name|attr('x') }}", "FILTER_UNKNOWN"),
        ("{{ name|number }}", "FILTER_UNKNOWN"),
        ("{{ points|number(3) }}", "TEMPLATE_FORBIDDEN"),
        ("{{ points|date }}", "FILTER_UNKNOWN"),
        ("{{ points|plural(one='# star') }}", "PLURAL_UNFIT"),
        ("{{ points|plural(other='# stars', few='# stars') }}", "PLURAL_UNFIT"),
        ("{{ points", "TEMPLATE_UNREADABLE"),
        ("{{ points }", "TEMPLATE_UNREADABLE"),
        ("{{ }}", "TEMPLATE_UNREADABLE"),
        ("{% if name %}x", "TEMPLATE_UNREADABLE"),
        ("{% nonsense %}", "TEMPLATE_UNREADABLE"),
        ("{% if name %}one\n\ntwo{% endif %}", "CONDITION_UNEVEN"),
        ("one{% if name %}\n\n{% endif %}two", "CONDITION_UNEVEN"),
        ("<b>Hello</b>", "TEMPLATE_NOT_PLAIN"),
        ("<script>alert(1)</script>", "TEMPLATE_NOT_PLAIN"),
        ("Hello <!-- you -->", "TEMPLATE_NOT_PLAIN"),
        ("Hel\x00lo", "TEMPLATE_NOT_PLAIN"),
        ("a \u202eright to left", "TEMPLATE_NOT_PLAIN"),
        ("\ue0000\ue005 \ue0017\ue005", "TEMPLATE_NOT_PLAIN"),
        ("[Go](javascript:alert(1))", "LINK_UNSAFE"),
        ("[Go](http://shop.example)", "LINK_UNSAFE"),
        ("[Go](//shop.example)", "LINK_UNSAFE"),
        ("[Go](https://user:pass@shop.example)", "LINK_UNSAFE"),
        ('[Go](https://shop.example/"onclick="x)', "LINK_UNSAFE"),
        ("[Go]({{ name }})", "LINK_UNSAFE"),
        ("[Go](https://shop.example/{{ name }})", "LINK_UNSAFE"),
        ("[Go](https://{{ link }})", "LINK_UNSAFE"),
        ("", "TEMPLATE_EMPTY"),
        ("\u200b \u2060", "TEMPLATE_EMPTY"),
        ("{% if name %}{% endif %}", "TEMPLATE_EMPTY"),
        ("{% if name %}Hello{% endif %}", "TEMPLATE_EMPTY"),
        ("x" * 10_001, "TEMPLATE_TOO_LONG"),
        ("{{ name }}" * 1_001, "TEMPLATE_TOO_LONG"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_when_it_is_saved(body: str, code: str):
    found, places = refusal(body)
    assert (found, list(places)) == (code, ["words.body"])


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("News\r\nBcc: everybody@example.com", "SUBJECT_UNSAFE"),
        ("News\nX-Header: 1", "SUBJECT_UNSAFE"),
        ("News\x0bmore", "TEMPLATE_NOT_PLAIN"),
        ("News\u2028more", "TEMPLATE_NOT_PLAIN"),
        ("{% if name %}{{ name }}{% endif %}", "TEMPLATE_EMPTY"),
        (None, "TEMPLATE_EMPTY"),
        ("{{ nothing }}", "VARIABLE_UNKNOWN"),
        ("x" * 201, "TEMPLATE_TOO_LONG"),
    ],
)
def test_a_subject_is_one_line_that_is_always_there(subject: str | None, code: str):
    found, places = refusal("Hello", subject=subject)
    assert (found, list(places)) == (code, ["words.subject"])


def test_parts_that_a_channel_has_not_and_channels_that_an_occasion_has_not_are_refused():
    assert refusal("Hello", channel=SMS, preheader="x")[0] == "PART_UNFIT"
    assert refusal("Hello", name="x")[0] == "PART_UNFIT"
    assert refusal("Hello there", channel=Channel.WHATSAPP, name="Not A Name")[0] == "PART_UNFIT"
    with pytest.raises(templates.TemplateNotFound):
        checked(Occasion.EMAIL_CONFIRMATION, SMS, "en", Words("Hello"))


@pytest.mark.parametrize(
    "body", ["{{ points }} for you", "For you: {{ points }}", "Hello{% if name %} you{% endif %}."]
)
def test_a_whatsapp_template_is_one_that_meta_would_take(body: str):
    found, _ = refusal(body, channel=Channel.WHATSAPP, name="points")
    assert found == "WHATSAPP_UNFIT"


def test_depth_and_number_are_bounded_and_nothing_takes_long():
    began = time.perf_counter()
    deep = "{% if name %}" * 50 + "x" + "{% endif %}" * 50
    assert refusal(deep)[0] == "TEMPLATE_FORBIDDEN"
    assert refusal("{{ " + "(" * 4_000 + "name" + ")" * 4_000 + " }}")[0] in {
        "TEMPLATE_UNREADABLE",
        "TEMPLATE_FORBIDDEN",
    }
    assert refusal("{% if " + "not " * 2_000 + "name %}x{% endif %}")[0] in {
        "TEMPLATE_UNREADABLE",
        "TEMPLATE_FORBIDDEN",
    }
    many = "".join(f"{{{{ points|plural(other='{n} #') }}}}" for n in range(250))
    assert refusal(many)[0] == "TEMPLATE_FORBIDDEN"
    for awkward in ("[" * 4_000, "**" * 4_000, "[a](" * 2_000, "- " * 4_000, "`" * 9_000):
        checked(EARNED, MAIL, "en", Words(awkward, "News"))
    # A second or two on a machine of its own; what grows with the power of a length takes hours.
    assert time.perf_counter() - began < 60


def test_what_jinja_would_read_is_text_where_it_was_filled_in_or_set_apart():
    tricky = "{{ 7 * 7 }}{% for x in y %}"
    assert said("Hello {{ name }}", name=tricky) == f"Hello {tricky}"
    assert said("Hello {% raw %}{{ name }}{% endraw %}") == "Hello {{ name }}"
    assert said("Hello {# nobody reads this #}you") == "Hello you"


def test_conditions_ask_what_is_there():
    body = (
        "{% if name and link %}both{% elif name %}name{% elif not link %}none{% else %}link"
        "{% endif %}"
    )
    assert said(body) == "both"
    assert said(body, link=None) == "name"
    assert said(body, name=None) == "link"
    assert said(body, name=None, link="") == "none"


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("en", 1, "1 star"),
        ("en", 1234, "1,234 stars"),
        ("de", 1234, "1.234 stars"),
        ("ja", 1, "1 stars"),
    ],
)
def test_a_plural_takes_the_form_that_the_language_asks_for(
    language: str, number: int, expected: str
):
    one = "one='# star', " if language != "ja" else ""
    body = f"You have {{{{ points|plural({one}other='# stars') }}}}."
    assert said(body, language=language, points=number) == f"You have {expected}."
    few = "{{ points|plural(one='# звезда', few='# звезды', many='# звёзд', other='# звезды') }}!"
    assert said(few, language="ru", points=3) == "3 звезды!"
    assert said(few, language="ru", points=11) == "11 звёзд!"
