"""Pure decisions: what comes next on a card, and when phones are told."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from loyalnest.wallet.values import PassColours, PassContent, PassStage, Platform, ProgramContent

RESTS = timedelta(seconds=3)
"""For so long a phone is left alone after it was told: what changes meanwhile is told at once."""
NOTIFIED_AT_MOST, NOTIFIED_WITHIN = 3, timedelta(hours=24)
"""How often Google lets a phone speak up of a pass; beyond, it changes without a word."""
GIVEN_UP_AFTER = timedelta(days=2)
"""A phone that could not be told for so long learns of it when it next looks by itself."""
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=30)


def next_stage(stages: Sequence[PassStage], collected: int) -> PassStage | None:
    """The next count that brings something; None where all are reached."""
    return next((it for it in stages if it.count > collected), None)


def digest_of(content: PassContent | ProgramContent, edition: str) -> str:
    """What the same content in the same edition is known by."""
    said = msgspec.json.encode(content, order="deterministic")
    return hashlib.sha256(edition.encode() + b"\0" + said).hexdigest()


def kept_as(content: PassContent, edition: str) -> str:
    """What a pass that a platform keeps by itself is known by: all that is told of it, and after a
    dot what a phone may speak up of. How it looks is its program's, and left out."""
    told = replace(
        content,
        organisation="",
        colours=PassColours("", "", ""),
        logo=None,
        service_url="",
        token="",
    )
    spoken = msgspec.json.encode((content.collected, content.needed, content.due))
    return f"{digest_of(told, edition)}.{hashlib.sha256(spoken).hexdigest()[:16]}"


def is_worth_a_word(before: str | None, now: str) -> bool:
    """Whether a phone has something to speak up of, by what a pass was known by and is now. One
    that nobody can have yet is nothing to speak of."""
    return before is not None and before.partition(".")[2] != now.partition(".")[2]


def changed_since(changed_at: datetime, known: datetime | None) -> bool:
    """Whether somebody who has what was true at an instant (in whole seconds) lacks something."""
    return known is None or changed_at > known


def may_notify(notified_at: Sequence[datetime], now: datetime) -> bool:
    """Whether a phone may speak up of a pass once more."""
    return sum(now - it < NOTIFIED_WITHIN for it in notified_at) < NOTIFIED_AT_MOST


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many attempts in a row that failed."""
    return min(_FIRST_WAIT * 2 ** min(tries, 12), _LONGEST_WAIT)


def is_given_up(platform: Platform, *, since: datetime, now: datetime) -> bool:
    """Whether nobody tries to tell any more. Google never looks by itself: it is told in the end,
    for it could show the name of somebody who was forgotten meanwhile."""
    return platform is Platform.APPLE and now - since >= GIVEN_UP_AFTER
