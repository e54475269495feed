"""One call to a provider, whatever it answers: every letter comes out of it with an outcome."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from loyalnest.kernel.faults import reason_of
from loyalnest.messaging.carrying import Doubtful, Found, Outcome, Unseen
from loyalnest.messaging.ports import Carrier
from loyalnest.messaging.sending.claims import Claimed

log = structlog.get_logger(__name__)

CALL_S = 5.0
"""How long a provider has to answer."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A letter that was handed over, and what the provider made of it."""

    claimed: Claimed
    outcome: Outcome
    is_probe: bool


async def carry(carrier: Carrier, group: Sequence[Claimed], *, is_probe: bool) -> list[Handed]:
    """Hand letters over in one call."""
    outcomes = await _send(carrier, group)
    return [Handed(it, told, is_probe) for it, told in zip(group, outcomes, strict=True)]


async def look_up(carrier: Carrier, group: Sequence[Claimed]) -> list[Handed]:
    """Ask what became of letters that may have been taken; those it says it never had are left
    out."""
    found = await _look_up(carrier, group)
    return [
        Handed(claimed, told, is_probe=False)
        for claimed, told in zip(group, found, strict=True)
        if not isinstance(told, Unseen)
    ]


async def _send(carrier: Carrier, group: Sequence[Claimed]) -> Sequence[Outcome]:
    try:
        async with asyncio.timeout(CALL_S):
            outcomes = await carrier.send([claimed.letter for claimed in group])
    except Exception as error:
        _note("send", error)
        return [Doubtful()] * len(group)
    if len(outcomes) != len(group):
        return [Doubtful("OUTCOMES_MISSING")] * len(group)
    return outcomes


async def _look_up(carrier: Carrier, group: Sequence[Claimed]) -> Sequence[Found]:
    try:
        async with asyncio.timeout(CALL_S):
            found = await carrier.look_up([claimed.letter for claimed in group])
    except Exception as error:
        _note("look_up", error)
        return [Doubtful()] * len(group)
    return found if len(found) == len(group) else [Doubtful("OUTCOMES_MISSING")] * len(group)


def _note(what: str, error: Exception) -> None:
    """Only the kind and the place: what vendors' libraries say quotes addresses."""
    if not isinstance(error, TimeoutError):
        reason = reason_of(error)
        log.warning("messages.call_failed", call=what, code=reason.code, detail=reason.detail)
