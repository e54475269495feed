"""From what a vendor said, or didn't, to an outcome in messaging's words."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from loyalnest.integrations.calls.client import Said, Unclear, Unreached
from loyalnest.messaging import Account, Doubtful, Outcome, Reason, Refused

log = structlog.get_logger("vendors")

# Of a gateway's page nobody can tell what the vendor behind it had done by then.
_SAYS_NOTHING = frozenset({500, 502, 504})


async def carried(
    account: Account, call: Awaitable[Said], read: Callable[[Said], Outcome], *, now: datetime
) -> Outcome:
    """The outcome of a call that hands messages over; never raises over what the vendor does."""
    try:
        said = await call
    except Unreached as error:
        _note(account, error.why)
        return Refused(Reason.UNAVAILABLE, code=error.why)
    except Unclear as error:
        _note(account, error.why)
        return Doubtful(error.why)
    try:
        return read(said)
    except Unclear as error:
        _note(account, f"{said.status} {error.why}")
        if said.is_yes or said.status in _SAYS_NOTHING:
            return Doubtful(str(said.status))
        return explain(said, None, now=now)


def explain(
    said: Said, reason: Reason | None, *, code: str | None = None, now: datetime | None = None
) -> Refused:
    """A refusal: for a reason that the vendor's own words gave, else for what its status says."""
    if reason is None:
        reason = _by_status(said.status)
    wait = None if now is None else said.retry_after(now)
    return Refused(reason, retry_after=wait, code=code or str(said.status))


def tell_refusal(account: Account, refused: Refused, request_id: str | None) -> Refused:
    """Write down that a vendor refused: its code and its name for the request, nobody's data."""
    log.info(
        "vendor.refused",
        provider=account.provider.value,
        sender_id=str(account.sender_id),
        reason=refused.reason.value,
        code=refused.code,
        request_id=request_id,
    )
    return refused


def _by_status(status: int) -> Reason:
    match status:
        case 401 | 403:
            return Reason.CREDENTIALS_REFUSED
        case 429:
            return Reason.THROTTLED
        case _ if status >= 500:
            return Reason.UNAVAILABLE
        case _:
            return Reason.REFUSED


def _note(account: Account, why: str) -> None:
    log.warning(
        "vendor.silent",
        provider=account.provider.value,
        sender_id=str(account.sender_id),
        why=why,
    )
