"""The head of a mail, line by line, as it is sent.

The standard library reads what it is to write: an encoded word in a subject is decoded on the way,
with the ends of lines in it; a long link becomes encoded words, which nobody who leaves by it can
follow; a long name loses its quotes. So the head is written here, where text is only ever text.
"""

import re
from collections.abc import Iterable
from email.header import Header

_ENDS_A_LINE = re.compile("[\r\n\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# What may stand in a line as it is: anything else, and what looks encoded already, is encoded.
_PLAIN = re.compile("[\x20-\x7e]*")
_ENCODED_BEGINS = "=?"
_LINE_AT_MOST, _FOLDED_AT = 900, 76


class Unfit(ValueError):
    """A value that can't stand in a header."""


def head(fields: Iterable[tuple[str, str]]) -> bytes:
    """The lines of a mail's head; each value was made by one of the others here."""
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode()


def token(value: str) -> str:
    """A value that has a form of its own: an id, a link, a date. Raises Unfit."""
    if not _PLAIN.fullmatch(value) or len(value) > _LINE_AT_MOST:
        raise Unfit(value)
    return value


def words(text: str) -> str:
    """Text that people read. Raises Unfit for more than one line."""
    if _ENDS_A_LINE.search(text):
        raise Unfit(text)
    if _PLAIN.fullmatch(text) and _ENCODED_BEGINS not in text and len(text) <= _LINE_AT_MOST:
        return text
    return _encoded(text)


def mailbox(name: str, address: str) -> str:
    """An address, and who is behind it. Raises Unfit."""
    if _ENDS_A_LINE.search(name + address):
        raise Unfit(name)
    if not name:
        return f"<{address}>"
    if _PLAIN.fullmatch(name) and _ENCODED_BEGINS not in name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{_encoded(name)} <{address}>"


def _encoded(text: str) -> str:
    """Encoded words (RFC 2047), none longer than a line; lone halves of signs are none."""
    try:
        return Header(text, "utf-8", maxlinelen=_FOLDED_AT).encode(linesep="\r\n")
    except UnicodeError:
        raise Unfit(text) from None
