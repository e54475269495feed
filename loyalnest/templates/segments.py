"""What a text message takes: GSM 03.38 where every sign is in it, else UTF-16.

A message of several parts loses six octets of each to what puts them together again, and no sign
is ever torn apart between two.
"""

from collections.abc import Iterable

from loyalnest.templates.values import Encoding, Segments

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
# What a writer's program puts in the place of a plain sign, and nobody misses.
_PLAINER = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "),
        "\u2026": "...",
    }
)
_GSM_ALONE, _GSM_PART, _UCS_ALONE, _UCS_PART = 160, 153, 70, 67
_BEYOND = 0xFFFF


def economical(text: str) -> str:
    """The same text with plain quotes, dashes and blanks, where that makes it fit into GSM 03.38:
    one typographic apostrophe would more than double what it costs."""
    plainer = text.translate(_PLAINER)
    return plainer if _is_gsm(plainer) else text


def segments_of(text: str) -> Segments:
    """How a text is sent, and in how many parts; nothing at all is one part."""
    if _is_gsm(text):
        widths = [2 if sign in _EXTENDED else 1 for sign in text]
        return _counted(Encoding.GSM_7, widths, _GSM_ALONE, _GSM_PART)
    widths = [2 if ord(sign) > _BEYOND else 1 for sign in text]
    return _counted(Encoding.UCS_2, widths, _UCS_ALONE, _UCS_PART)


def _is_gsm(text: str) -> bool:
    return all(sign in _BASIC or sign in _EXTENDED for sign in text)


def _counted(encoding: Encoding, widths: Iterable[int], alone: int, part: int) -> Segments:
    units = sum(widths)
    if units <= alone:
        return Segments(encoding, units, 1, alone - units)
    parts, used = 1, 0
    for width in widths:
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return Segments(encoding, units, parts, part - used)
