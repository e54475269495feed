"""What people write when they have had enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalnest.consents import Word, word_in
from loyalnest.consents.rules import words
from loyalnest.kernel.languages import LANGUAGES

STOPS = {
    "en": ("STOP", "Unsubscribe.", "END", "quit!!", "Cancel", "STOPALL", "stop all", "REVOKE",
           "OptOut", "opt-out", "s.t.o.p", "S T O P", "STOP STOP", "please stop 🙏", "“stop”",
           "🛑 stop 🛑", "ＳＴＯＰ", "st\u200bop", "Stop, thank you", "\n stop\t"),
    "es": ("BAJA", "por favor, cancelar", "No mas"),
    "fr": ("ARRET", "arrêtez svp", "Désabonner", "ME DESABONNER"),
    "de": ("Abmelden bitte", "STOPP", "keine Werbung!"),
    "pt": ("SAIR", "Cancelar inscricao"),
    "ja": ("停止", "やめてください", "ストップ", "配信停止お願いします"),
    "ru": ("СТОП", "отписаться", "Хватит!"),
    "it": ("Basta!", "disiscrivimi"),
    "nl": ("Afmelden", "uitschrijven aub"),
    "pl": ("wypisz mnie", "REZYGNUJE", "Rezygnuję"),
    "tr": ("İPTAL", "iptal", "IPTAL", "ıptal", "ÇIK"),
    "fa": ("لغو", "لغو اشتراک"),
    "zh-CN": ("退订", "TD", "取消订阅。", "T"),
    "vi": ("DỪNG", "dung", "Huỷ đăng ký", "hủy", "TU CHOI"),
    "id": ("berhenti", "Batal, terima kasih"),
    "cs": ("ODHLÁSIT", "zrusit"),
    "ar": ("إيقاف", "ايقاف", "إلغاء الاشتراك", "الغاء الإشتراك", "قِفْ"),
    "ko": ("수신거부", "수신 거부", "중지!"),
    "uk": ("СТОП", "відписатися", "Досить"),
    "hu": ("LEIRATKOZÁS", "leiratkozas", "állj"),
    "sv": ("avsluta", "SÄG UPP", "sag upp"),
    "he": ("הסר", "הסר אותי", "עצור בבקשה"),
}  # fmt: skip


def test_every_language_has_its_stop_words():
    assert set(STOPS) == set(LANGUAGES)


@pytest.mark.parametrize("text", [text for each in STOPS.values() for text in each])
def test_whoever_has_had_enough_is_understood(text: str):
    assert word_in(text) is Word.STOP


@pytest.mark.parametrize(
    "text",
    [
        "Stop by tomorrow?",
        "Can I cancel my order?",
        "Don't stop!",
        "the end of the world",
        "non stop",
        "stopwatch",
        "thank you",
        "please",
        "Is the bus stop near you",
        "",
        "   ",
        "🙂",
        "stop " * 60,
        "12345",
    ],
)
def test_what_means_something_else_ends_nothing(text: str):
    assert word_in(text) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("START", Word.START),
        ("unstop", Word.START),
        ("Anmelden", Word.START),
        ("ابدأ", Word.START),
        ("HELP", Word.HELP),
        ("?", Word.HELP),
        ("؟", Word.HELP),
        ("Hilfe bitte", Word.HELP),
    ],
)
def test_words_that_begin_again_and_ask(text: str, word: Word):
    assert word_in(text) is word


def test_no_word_means_two_things():
    said = [
        (words._close(words._plain(each)), word)  # pyright: ignore[reportPrivateUsage]
        for word, listed in words._WORDS.items()  # pyright: ignore[reportPrivateUsage]
        for each in words._listed(listed)  # pyright: ignore[reportPrivateUsage]
    ]
    meanings = {text: {word for other, word in said if other == text} for text, _ in said}
    assert {text: found for text, found in meanings.items() if len(found) > 1 or not text} == {}


@given(st.text(max_size=300))
def test_any_text_is_read_without_a_hitch(text: str):
    assert word_in(text) in {None, *Word}
