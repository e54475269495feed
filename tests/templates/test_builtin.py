"""What the product says by itself, in every language, on every channel, on every occasion."""

import json

import pytest

from loyalnest import templates
from loyalnest.kernel.languages import FORMS, LANGUAGES
from loyalnest.templates import TERMS, Channel, Encoding, Links, Purpose, sample_of
from loyalnest.templates.builtin import FOLDER, messages_in, words_of
from loyalnest.templates.rules import checked
from tests.templates.cast import template

# Two whole parts beyond the first: what is longer is too long for a phone.
_PARTS_AT_MOST = 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_occasion_is_told_on_every_channel_as_a_merchants_own_words_would_be(language: str):
    for occasion, terms in TERMS.items():
        for channel in terms.channels:
            words = words_of(occasion, channel, language)
            assert checked(occasion, channel, language, words) == words
            message = templates.render(
                template(occasion, channel, language),
                sample_of(occasion),
                links=Links(unsubscribe="https://shop.example/u/1"),
            )
            assert "{" not in message.text.replace("{{", "")
            if message.segments:
                assert message.segments.segments <= _PARTS_AT_MOST, (occasion, message.text)
                stops = terms.purpose is Purpose.OUTREACH
                assert ("STOP" in message.text) == stops, (occasion, message.text)
            if message.html is not None:
                assert "https://shop.example/u/1" in message.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_languages_file_says_what_the_english_one_says(language: str):
    english, said = messages_in("en"), messages_in(language)
    plural = {f"stamps_{form}" for form in FORMS[language]}
    alike = {key for key in english["shared"] if not key.startswith("stamps_")}
    assert set(said["shared"]) == alike | plural
    assert list(said) == ["shared", *TERMS]
    for occasion in TERMS:
        assert set(said[occasion]) == {"subject", "text"}
        for part in ("subject", "text"):
            assert _names(said[occasion][part]) <= set(TERMS[occasion].variables)


def test_there_is_a_file_for_every_language_and_no_other():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(LANGUAGES)
    for path in FOLDER.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


def test_english_text_messages_are_as_cheap_as_they_can_be():
    for occasion, terms in TERMS.items():
        if Channel.SMS in terms.channels:
            message = templates.render(template(occasion, Channel.SMS), sample_of(occasion))
            assert message.segments is not None
            assert message.segments.encoding is Encoding.GSM_7, message.text


def _names(text: str) -> set[str]:
    parts = [each.split("}}")[0] for each in text.split("{{")[1:]]
    return {each.split("|")[0].strip() for each in parts}
