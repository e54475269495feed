"""One call to a provider, whatever it answers: every letter comes out of it with an outcome."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from loyalnest.kernel.faults import reason_of
from loyalnest.messaging.carrying import Doubtful, Found, Outcome, Unseen
from loyalnest.messaging.ports import Carrier, Offer
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


async def carry(
    carrier: Carrier, offer: Offer, group: Sequence[Claimed], *, is_probe: bool
) -> list[Handed]:
    """Hand letters over in one call; what may have been taken already is asked about first."""
    outcomes: dict[int, Outcome] = {}
    unsent = list(range(len(group)))
    if group[0].due.doubtful and offer.looks_up and offer.repeats_safely_for is None:
        found = await _look_up(carrier, group)
        unsent = [place for place, it in enumerate(found) if isinstance(it, Unseen)]
        outcomes |= {place: it for place, it in enumerate(found) if not isinstance(it, Unseen)}
    if unsent:
        sent = await _send(carrier, [group[place] for place in unsent])
        outcomes |= dict(zip(unsent, sent, strict=True))
    return [Handed(claimed, outcomes[place], is_probe) for place, claimed in enumerate(group)]


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
