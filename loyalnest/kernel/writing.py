"""What people can make of words that somebody wrote, whoever shows them and wherever."""

import re
import unicodedata

_UNSEEN = {"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"}  # controls, formats, marks upon others, and blanks
# Blank as well, though Unicode takes them for letters and signs: the fillers of Korean and Braille.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e")
_ISOLATES, _END = frozenset("\u2066\u2067\u2068"), "\u2069"
# What a browser would take for a tag, a comment or an entity, were it ever to read it as a page.
_MARKUP = re.compile(r"<[A-Za-z/!?]|&#?\w+;")


def plain(words: str) -> str:
    """What `readable` makes of them, and nothing but words. Raises ValueError."""
    words = readable(words)
    if _MARKUP.search(words):
        raise ValueError("write plain text, without markup")
    return words


def readable(words: str) -> str:
    """Words as they are kept: composed, in one line. Raises ValueError.

    Anything can be read in them, nothing is hidden in them, and what follows them stays as it is.
    """
    words = " ".join(unicodedata.normalize("NFC", words).split())
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in words):
        raise ValueError("leave out characters that can't be seen")
    if turns_what_follows(words):
        raise ValueError("leave out marks that turn the direction of what follows")
    if not shows_something(words):
        raise ValueError("write something that can be read, or nothing at all")
    return words


def shows_something(words: str) -> bool:
    """Whether anything of it can be seen."""
    return any(unicodedata.category(sign) not in _UNSEEN and sign not in _FILLERS for sign in words)


def turns_what_follows(words: str) -> bool:
    """Whether it gives a direction to more than itself: by an override, or an isolate left open.

    Isolates that end are what right to left needs, and so are the marks for the sign beside them.
    """
    open_ = 0
    for sign in words:
        open_ += (sign in _ISOLATES) - (sign == _END)
        if sign in _OVERRIDES or open_ < 0:
            return True
    return open_ > 0
