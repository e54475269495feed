"""What people can make of words that somebody wrote, whoever shows them and wherever."""

import unicodedata

_UNSEEN = {"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"}  # controls, formats, marks upon others, and blanks
# Blank as well, though Unicode takes them for letters and signs: the fillers of Korean and Braille.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e")
_ISOLATES, _END = frozenset("\u2066\u2067\u2068"), "\u2069"


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
