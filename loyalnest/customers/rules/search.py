"""What somebody is found by: short terms that are stored as keyed hashes, one row each.

A name gives, for every word, its beginnings and what is left of it without any one letter: two
words that differ by one typo share such a remainder. Writing without spaces (Chinese, Japanese,
Korean) gives its characters and pairs of neighbours. An e-mail gives itself, its local part and its
domain; a phone itself.

What the hashes can't tell (order, likeness, a rare collision) is judged on the opened name: hashes
find candidates, `rank` decides.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from loyalnest.customers.rules.identity import normalise_email, normalise_phone

MAX_WORDS = 8
MAX_WORD = 24
_SHORTEST_BEGINNING, _LONGEST_BEGINNING = 2, 6
_SHORTEST_WITH_TYPO = 3

# Letters that don't fall apart into a base and an accent.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_PHONE_LIKE = re.compile(r"[+(]?[\d\s().\-/]{6,}")


@dataclass(frozen=True, slots=True)
class Part:
    """One word of a question, or a piece of one that is written without spaces."""

    beginning: str
    """The term of all words that begin with it."""
    itself: str
    """The term of the word, and of those with one letter more."""
    near: frozenset[str]
    """The terms of all that fits: its beginning, and what it shares with words one typo away."""

    def whole(self, sizes: Mapping[str, float]) -> set[str]:
        """The terms that only the word itself has all of, the rarest that will do."""
        # A longer word has none of the remainders, and of those as long no other has `itself`.
        remainders = self.near - {self.beginning, self.itself}
        return {
            self.itself,
            min(remainders, key=lambda term: sizes.get(term, 0), default=self.beginning),
        }


@dataclass(frozen=True, slots=True)
class Question:
    """A search: every part must be met by one of its terms, or the whole by one of `whole`."""

    words: tuple[str, ...]
    parts: tuple[Part, ...]
    whole: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hits:
    """The first customers of a term, in the order they came: from whom to whom, how many."""

    first: UUID
    last: UUID
    found: int


def fold(text: str) -> str:
    """A text without case, accents, width, or the two forms of kana."""
    bare = "".join(
        mark for mark in unicodedata.normalize("NFKD", text) if unicodedata.category(mark) != "Mn"
    )
    folded = unicodedata.normalize("NFC", bare.casefold())
    return folded.translate(_PLAIN_LETTERS).translate(_KATAKANA)


def words_of(name: str) -> list[str]:
    """The folded words of a name, as many and as long as are searched by."""
    return [word[:MAX_WORD] for word in _WORD.findall(fold(name))][:MAX_WORDS]


def terms_of(*, email: str | None, phone: str | None, name: str | None) -> set[str]:
    """Every term that a customer is found by."""
    terms: set[str] = set()
    if email:
        terms |= _email_terms(email)
    if phone:
        terms.add("phone " + _phone(phone))
    for word in words_of(name or ""):
        terms |= _beginnings(word) | _characters(word) | _remainders(word)
    return terms


def email_term(email: str) -> str:
    """The term of one whole address."""
    return "email " + (normalise_email(email) or fold(email))


def phone_term(phone: str, region: str | None = None) -> str:
    """The term of one phone number."""
    return "phone " + _phone(phone, region)


def question(text: str, region: str | None = None) -> Question:
    """What to look for when somebody types `text`."""
    text = text.strip()
    whole: set[str] = set()
    local, at, domain = text.lower().rpartition("@")
    if at:
        whole |= {f"local {local}"} if not domain else set()
        whole |= {f"domain {domain}"} if not local else set()
        whole |= {email_term(text)} if local and domain else set()
    elif text:
        whole |= {f"local {domain}", f"domain {domain}"}
    if _PHONE_LIKE.fullmatch(text):
        whole |= {phone_term(text, region), phone_term("+" + text.lstrip("+"), region)}
    words = words_of(text) if not at else []
    parts = [part for word in words for part in _parts(word)]
    return Question(tuple(words), tuple(parts), frozenset(whole))


def rank(asked: Sequence[str], name: str) -> int | None:
    """How far a name is from the words asked for: 0 is each of them whole; None is not at all."""
    present = words_of(name)
    distances = [_nearest(word, present) for word in asked]
    known = [distance for distance in distances if distance is not None]
    return sum(known) if len(known) == len(distances) else None


def sizes(hits: Mapping[str, Hits], probed: int) -> dict[str, float]:
    """About how many customers each term has, of whom at most `probed` were looked at.

    Ids grow with time: where the first so many are close together, more will follow.
    """
    start = min((one.first.int for one in hits.values()), default=0)
    end = max((one.last.int for one in hits.values()), default=0)
    return {
        term: one.found
        if one.found < probed
        else one.found * (end - start) / max(one.last.int - start, 1)
        for term, one in hits.items()
    }


def hashed(terms: Iterable[str], key: bytes) -> list[int]:
    """The terms as they are stored, under a merchant's search key: signed numbers of 64 bits."""
    digests = (
        hashlib.blake2b(term.encode(), key=key, digest_size=8).digest() for term in sorted(terms)
    )
    return [int.from_bytes(digest, signed=True) for digest in digests]


def one_typo_apart(one: str, other: str) -> bool:
    """Whether a letter added, left out, exchanged or swapped with its neighbour is all between."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def _nearest(word: str, present: Sequence[str]) -> int | None:
    if word in present:
        return 0
    if any(other.startswith(word) for other in present):
        return 1
    if _IS_UNSPACED.match(word):
        return 1 if any(word in other for other in present) else None
    if len(word) >= _SHORTEST_WITH_TYPO and any(one_typo_apart(word, other) for other in present):
        return 2
    return None


def _parts(word: str) -> list[Part]:
    """The parts of a question that one word makes; each of them has to be met."""
    if _IS_UNSPACED.match(word):
        pairs = _pairs(word)
        return [Part(term, term, frozenset({term})) for term in sorted(pairs or _single(word))]
    if len(word) < _SHORTEST_BEGINNING:
        return []
    beginning = f"begins {word[:_LONGEST_BEGINNING]}"
    typos = _remainders(word) if len(word) >= _SHORTEST_WITH_TYPO else set[str]()
    return [Part(beginning, f"typo {word}", frozenset({beginning} | typos))]


def _beginnings(word: str) -> set[str]:
    longest = min(len(word), _LONGEST_BEGINNING)
    return {f"begins {word[:end]}" for end in range(_SHORTEST_BEGINNING, longest + 1)}


def _remainders(word: str) -> set[str]:
    """The word, and the word without any one letter."""
    if _IS_UNSPACED.match(word) or len(word) < _SHORTEST_WITH_TYPO - 1:
        return set()
    return {f"typo {word}"} | {f"typo {word[:at]}{word[at + 1 :]}" for at in range(len(word))}


def _characters(word: str) -> set[str]:
    return _single(word) | _pairs(word) if _IS_UNSPACED.match(word) else set()


def _single(word: str) -> set[str]:
    return {f"character {character}" for character in word}


def _pairs(word: str) -> set[str]:
    return {f"pair {word[at : at + 2]}" for at in range(len(word) - 1)}


def _email_terms(email: str) -> set[str]:
    local, at, domain = email.lower().rpartition("@")
    return {email_term(email), *({f"local {local}", f"domain {domain}"} if at else ())}


def _phone(phone: str, region: str | None = None) -> str:
    return normalise_phone(phone, region) or "".join(filter(str.isdigit, phone))
