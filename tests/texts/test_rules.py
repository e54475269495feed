"""What a text may look like, who has read it, and in which language somebody is answered."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from locales.take_in import take_in
from loyalnest import texts
from loyalnest.kernel.languages import Wanted, accepted, chosen
from loyalnest.texts import fingerprint, reviewed_in, written
from loyalnest.texts.rules import said
from loyalnest.texts.values import State, Text, Wording
from tests.conftest import NOW

ENGLISH = texts.read(
    {
        "gift": {
            "undo": "Undo",
            "from": "From {{name}}, with {code}",
            "left_one": "{{shown}} gift",
            "left_other": "{{shown}} gifts",
        }
    }
)
GERMAN = {
    "undo": "Rückgängig machen",
    "from": "Von {{name}}, mit {code}",
    "left_one": "{{shown}} Geschenk",
    "left_other": "{{shown}} Geschenke",
}


def faults(changed: Mapping[str, str | None], language: str = "de") -> dict[str, str]:
    """What is wrong with a German catalogue some of whose texts are others, or missing."""
    told = {name: words for name, words in {**GERMAN, **changed}.items() if words is not None}
    return texts.faults_of(ENGLISH, language, texts.read({"gift": told}))


def test_a_catalogue_that_says_everything_has_no_faults():
    assert faults({}) == {}
    assert faults({"from": "Von \u2068{{name}}\u2069, mit {code}"}) == {}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"undo": None}, "MISSING"),
        ({"undo": None, "undo_one": "Zurück", "undo_other": "Zurück"}, "MISSING"),
        ({"extra": "Noch etwas"}, "NOT_IN_ENGLISH"),
        ({"undo": " \u00a0"}, "TEXT_EMPTY"),
        ({"undo": "\u200b\ufeff"}, "TEXT_EMPTY"),
        ({"undo": "\u2800\u3164"}, "TEXT_EMPTY"),
        ({"undo": "Zurück "}, "TEXT_NOT_PLAIN"),
        ({"undo": "Das Ganze noch einmal von vorne"}, "TEXT_TOO_LONG"),
        ({"left_one": None}, "FORMS_UNFIT"),
        ({"left_few": "{{shown}} Geschenke"}, "FORMS_UNFIT"),
        ({"from": "Von {{name}}"}, "PLACEHOLDER_MISSING"),
        ({"from": "Von {{Name}}, mit {code}"}, "PLACEHOLDER_MISSING"),
        ({"left_one": "Ein Geschenk"}, "PLACEHOLDER_MISSING"),
        ({"undo": "Zurück, {{name}}"}, "PLACEHOLDER_UNKNOWN"),
        ({"undo": "<b>Zurück</b>"}, "TEXT_NOT_PLAIN"),
        ({"undo": "Zur&uuml;ck"}, "TEXT_NOT_PLAIN"),
        ({"undo": "Zur&#252;ck"}, "TEXT_NOT_PLAIN"),
        ({"undo": "Zurück $t(gift.from)"}, "TEXT_NOT_PLAIN"),
        ({"undo": "Zurück {{name, money}}"}, "TEXT_NOT_PLAIN"),
        ({"undo": "Zurück {"}, "TEXT_NOT_PLAIN"),
        ({"undo": "Zur\\u00fcck"}, "TEXT_NOT_PLAIN"),
        ({"undo": "Zu\nrück"}, "TEXT_NOT_PLAIN"),
        ({"undo": "\u202ekcürüZ"}, "TEXT_NOT_PLAIN"),
        ({"undo": "\u2067Zurück"}, "TEXT_NOT_PLAIN"),
        ({"undo": "\u2066Zu\u2069rück\u2069\u2066"}, "TEXT_NOT_PLAIN"),
    ],
)
def test_a_text_that_does_not_fit_its_place_is_found(changed: dict[str, str | None], fault: str):
    assert set(faults(changed).values()) == {fault}


def test_languages_count_in_forms_of_their_own():
    polish = {
        **{f"left_{form}": "{{shown}} prezentów" for form in ("one", "few", "many", "other")},
        "undo": "Cofnij",
        "from": "Od {{name}}, z {code}",
    }
    assert texts.faults_of(ENGLISH, "pl", texts.read({"gift": polish})) == {}
    del polish["left_few"]
    assert set(texts.faults_of(ENGLISH, "pl", texts.read({"gift": polish})).values()) == {
        "FORMS_UNFIT"
    }
    counts = {"left_one": None, "undo": "元に戻す", "from": "{{name}}より、{code}付き"}
    assert faults(counts, "ja") == {}


def test_what_is_read_is_written_as_it_was():
    catalogue = {"gift": GERMAN}
    read = texts.read(catalogue)
    assert written((text, text.forms) for text in read.values()) == catalogue


UNDO = ENGLISH["gift.undo"]
ZURÜCK = Text("gift.undo", counted=False, forms={"other": "Zurück"})
SEEN = fingerprint(UNDO, ZURÜCK)


def wording(words: str | None, seen: str = SEEN) -> Wording:
    return Wording({"other": words} if words else None, seen, NOW, "staff:test")


@pytest.mark.parametrize(
    ("read", "decided", "state", "shown"),
    [
        (None, None, State.MACHINE, "Zurück"),
        (SEEN, None, State.REVIEWED, "Zurück"),
        ("before", None, State.OUTDATED, "Zurück"),
        (None, wording(None), State.REVIEWED, "Zurück"),
        (None, wording(None, "before"), State.OUTDATED, "Zurück"),
        (None, wording("Nee, doch nicht"), State.MENDED, "Nee, doch nicht"),
        (None, wording("Nee, doch nicht", "before"), State.OUTDATED, "Nee, doch nicht"),
        (None, wording("Von {{gone}}", "before"), State.OUTDATED, "Zurück"),
    ],
)
def test_whoever_has_read_a_text_has_read_it_as_it_was(
    read: str | None, decided: Wording | None, state: State, shown: str
):
    it = said("de", UNDO, ZURÜCK, read=read, wording=decided)
    assert (it.state, it.forms) == (state, {"other": shown})


def test_a_changed_text_is_another_in_either_language():
    longer = Text("gift.undo", counted=False, forms={"other": "Undo it"})
    assert (
        len({fingerprint(UNDO, ZURÜCK), fingerprint(longer, ZURÜCK), fingerprint(UNDO, UNDO)}) == 3
    )


def test_english_is_the_source_and_not_a_translation():
    assert said("en", UNDO, UNDO, read=None, wording=None).state is State.SOURCE


def test_who_has_read_what_for_the_product_lies_beside_the_catalogues(tmp_path: Path):
    assert reviewed_in("sv", tmp_path) == {}
    (tmp_path / "reviewed").mkdir()
    (tmp_path / "reviewed" / "de.json").write_text(json.dumps({"gift.undo": SEEN}))
    assert reviewed_in("de", tmp_path) == {"gift.undo": SEEN}


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        (None, []),
        ("de", ["de"]),
        ("de-AT, de;q=0.9, en;q=0.5", ["de-AT", "de", "en"]),
        ("en;q=0.2,fr ;q = 0.8, it", ["it", "fr", "en"]),
        ("*, pt-BR;q=0.1, fa;q=0", ["pt-BR"]),
        ("sv;q=high, nl;v=1, <b>, hu", ["hu"]),
        ("cs," * 1000, []),
    ],
)
def test_a_browsers_languages_come_in_the_order_of_their_worth(
    header: str | None, languages: list[str]
):
    assert list(accepted(header)) == languages


def test_a_request_is_answered_in_the_first_language_that_is_spoken():
    assert chosen(["fr", "de-AT", "sv"]) == "fr"
    assert chosen(["el", "de-AT", "sv"]) == "de"
    assert chosen([None, None, "el", "zh-TW"]) == "zh-CN"
    assert chosen([]) == chosen(["el", "tlh"]) == "en"
    assert chosen([None, "PT_br"]) == "pt"


def test_a_merchants_own_text_ends_with_the_shops_language_in_which_it_was_written():
    names = {"de": "Geschenk", "zh-CN": "礼物", "el": "Δώρο"}

    def said_to(explicit: str | None = None, **others: str) -> str:
        return Wanted(explicit, **others).said_in(names, "Gift")

    assert said_to("de-CH") == said_to(customer="de", shop="en") == "Geschenk"
    assert said_to("el", customer="de") == "Δώρο"
    assert said_to("fr", customer="zh-cn") == "礼物"
    assert said_to("en-GB", customer="de", shop="en") == "Gift"
    assert said_to("fr", shop="de") == "Geschenk"
    assert said_to(shop="en") == said_to() == "Gift"


def test_what_speakers_of_a_language_have_read_is_taken_into_the_product(tmp_path: Path):
    for language, words in (("en", written_in(ENGLISH)), ("de", GERMAN)):
        (tmp_path / f"{language}.json").write_text(json.dumps({"gift": words}))
    read = {"gift": {"undo": "Doch nicht", "left_one": GERMAN["left_one"], "left_other": "…"}}
    assert take_in(tmp_path, "de", read) == {"gift.left": "PLACEHOLDER_MISSING"}
    assert take_in(tmp_path, "de", {"gift": {"gone": "Weg"}}) == {"gift.gone": "NOT_IN_ENGLISH"}
    assert json.loads((tmp_path / "de.json").read_text()) == {"gift": GERMAN}

    read["gift"]["left_other"] = "{{shown}} Gaben"
    assert take_in(tmp_path, "de", read) == {}
    after = json.loads((tmp_path / "de.json").read_text())
    assert list(after["gift"].values()) == [
        "Doch nicht", GERMAN["from"], GERMAN["left_one"], "{{shown}} Gaben"
    ]  # fmt: skip
    texts_now = texts.read(after)
    assert reviewed_in("de", tmp_path) == {
        key: fingerprint(ENGLISH[key], texts_now[key]) for key in ("gift.undo", "gift.left")
    }


def written_in(catalogue: Mapping[str, Text]) -> Mapping[str, str]:
    return written((text, text.forms) for text in catalogue.values())["gift"]
