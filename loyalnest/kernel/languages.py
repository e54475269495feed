"""The languages that the product speaks, and choosing among those that something was written in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LANGUAGES = (
    *("en", "es", "fr", "de", "pt", "ja", "ru", "it", "nl", "pl", "tr"),
    *("fa", "zh-CN", "vi", "id", "cs", "ar", "ko", "uk", "hu", "sv", "he"),
)
FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he"})
# Which forms of a counted word a language has (Unicode CLDR, cardinal numbers).
FORMS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("en", "de", "nl", "tr", "fa", "hu", "sv"), ("one", "other")),
    **dict.fromkeys(("es", "fr", "it", "pt"), ("one", "many", "other")),
    **dict.fromkeys(("ja", "ko", "zh-CN", "vi", "id"), ("other",)),
    **dict.fromkeys(("ru", "uk", "pl", "cs"), ("one", "few", "many", "other")),
    "he": ("one", "two", "other"),
    "ar": ("zero", "one", "two", "few", "many", "other"),
}
# A header of more than this was not written by a browser.
_HEADER_LENGTH, _TAGS = 1_000, 20
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Wanted:
    """In which languages somebody reads a merchant's own texts, the first rather than the last."""

    explicit: str | None = None
    """What the request itself names."""
    customer: str | None = None
    shop: str | None = None

    def said_in(self, texts: Mapping[str, str], otherwise: str) -> str:
        """Which of a merchant's own texts is shown; `otherwise` is in the shop's own language."""
        for tag in (self.explicit, self.customer, self.shop):
            if tag and (text := _said(tag, texts)):
                return text
            if tag and self.shop and _base(tag) == _base(self.shop):
                break
        return otherwise


def chosen(wanted: Iterable[str | None]) -> str:
    """The first of somebody's languages that we speak (`pt-BR`: `pt`), else English."""
    return next((ours for tag in wanted if tag and (ours := spoken(tag))), FALLBACK)


def spoken(tag: str) -> str | None:
    """Which of our languages a tag means (`pt-BR`: `pt`), if any."""
    wanted = tag.replace("_", "-").lower()
    return next(
        (ours for ours in LANGUAGES if ours.lower() == wanted),
        next((ours for ours in LANGUAGES if _base(ours) == _base(wanted)), None),
    )


def accepted(header: str | None) -> Sequence[str]:
    """A browser's languages (`Accept-Language`), the dearest first; none of a header that is odd.

    What it doesn't want (`q=0`) and `*` are left out.
    """
    if not header or len(header) > _HEADER_LENGTH:
        return ()
    found: list[tuple[float, str]] = []
    for each in header.split(",")[:_TAGS]:
        tag, _, parameter = (part.strip() for part in each.partition(";"))
        worth = _worth(parameter)
        if worth > 0 and _TAG.fullmatch(tag):
            found.append((worth, tag))
    return [tag for _, tag in sorted(found, key=lambda it: -it[0])]


def _worth(parameter: str) -> float:
    name, _, value = parameter.replace(" ", "").partition("=")
    if not name:
        return 1
    plain = re.fullmatch(r"[01](\.\d{0,3})?", value)
    return float(value) if name.lower() == "q" and plain else 0


def _said(tag: str, texts: Mapping[str, str]) -> str | None:
    wanted = tag.replace("_", "-").lower()
    known = {each.lower(): text for each, text in texts.items()}
    alike = (text for each, text in known.items() if _base(each) == _base(wanted))
    return known.get(wanted) or known.get(_base(wanted)) or next(alike, None)


def _base(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()
