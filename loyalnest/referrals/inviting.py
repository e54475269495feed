"""Who may be invited, and in whose name. Pure: values in, values out."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import timedelta

import msgspec

from loyalnest.consents import Channel
from loyalnest.referrals.invited import Invited

APART = timedelta(days=90)
"""A friend hears from one merchant once in so long, whoever invites them."""
AT_ONCE = 10
"""Addresses in one request."""
_NAME_AT_MOST, _WORDS_AT_MOST = 30, 3
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
# Letters and what joins them. A dot, a digit or a slash makes an address of a name.
_JOINS = re.compile(r"[ '\u2019\u2010-]")
_BREAKS = re.compile(r"\s+")


class Friend(msgspec.Struct, frozen=True):
    """An address that was named, as it is written to, and what tells it from others."""

    address: str
    mailbox: str
    """The same for everything that ends in one mailbox."""


def mailbox_of(channel: Channel, address: str) -> str:
    """What an address in its normal form is counted by.

    `anna+nest@…` is Anna's, and some hosts see no dots; phones have one form as it is.
    """
    if channel is not Channel.EMAIL:
        return address
    local, _, host = address.rpartition("@")
    local = local.partition("+")[0] or local
    if host in _DOTLESS:
        local, host = local.replace(".", ""), _DOTLESS[host]
    return f"{local}@{host}"


def signature_of(name: str | None) -> str | None:
    """In whose name a friend is invited; None for what is no name.

    Nothing is taken out of it to make it one: what was left of an address would still be read.
    """
    text = _BREAKS.sub(" ", unicodedata.normalize("NFC", name or "")).strip()
    if not 0 < len(text) <= _NAME_AT_MOST or len(text.split()) > _WORDS_AT_MOST:
        return None
    letters = _JOINS.sub("", text)
    fits = bool(letters) and all(unicodedata.category(it)[0] in "LM" for it in letters)
    return text if fits and unicodedata.category(letters[0])[0] == "L" else None


def judge(
    friends: Sequence[Friend | None],
    *,
    own: Collection[str],
    invited: Collection[str],
    left: int,
) -> list[Invited]:
    """What becomes of each address, in their order.

    `own` and `invited` are the advocate's own mailboxes and those they had invited lately, `left`
    is how many they may invite today. None is no address.
    """
    answers: list[Invited] = []
    seen = set(invited)
    for friend in friends:
        if friend is None:
            answers.append(Invited.INVALID)
        elif friend.mailbox in own:
            answers.append(Invited.OWN_ADDRESS)
        elif friend.mailbox in seen:
            answers.append(Invited.ALREADY_INVITED)
        elif left <= 0:
            answers.append(Invited.TOO_MANY_TODAY)
        else:
            seen.add(friend.mailbox)
            left -= 1
            answers.append(Invited.ACCEPTED)
    return answers
