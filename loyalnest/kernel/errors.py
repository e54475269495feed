"""What can go wrong, in five kinds; the edge turns each into an answer.

A subclass's name in upper snake case is its stable code, its docstring the message when none is
given. Domain code raises these and knows no HTTP status.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class DomainError(Exception):
    """Something the caller should know about went wrong."""

    headers: ClassVar[Mapping[str, str]] = {}
    """What the answer says besides, to a client that is not ours and reads headers alone."""

    def __init__(self, detail: str | None = None, *, fields: Mapping[str, str] | None = None):
        self.detail = detail or (type(self).__doc__ or "").strip().splitlines()[0]
        self.fields = dict(fields or {})
        super().__init__(self.detail)

    @property
    def code(self) -> str:
        """The stable code, `INSUFFICIENT_POINTS` for `class InsufficientPoints`."""
        return _WORD.sub("_", type(self).__name__).upper()


class Invalid(DomainError):
    """The request makes no sense as it stands."""


class Malformed(Invalid):
    """The body is not JSON that can be read."""


class TooLarge(Invalid):
    """The body is too large."""


class Forbidden(DomainError):
    """This is not allowed."""


class NotFound(DomainError):
    """There is no such thing."""


class Conflict(DomainError):
    """This contradicts what is already there."""


class Contended(Conflict):
    """Somebody else changed this at the same moment; try again."""


class Unavailable(DomainError):
    """This can't be done right now; try again later."""


class RateLimited(DomainError):
    """Too many requests; wait before the next one."""

    def __init__(self, detail: str | None = None, *, retry_after_s: float = 1.0):
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unauthenticated(DomainError):
    """Who you are could not be established."""
