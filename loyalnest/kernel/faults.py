"""What a failure means for whoever works in batches: try again, wait, or set one item aside.

The database says it in SQLSTATE codes, which arrive raw from the driver or wrapped by SQLAlchemy.
"""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from loyalnest.kernel.errors import Contended, DomainError

_PACKAGE = Path(__file__).parents[1]

# serialization_failure, deadlock_detected, lock_not_available
_CONTENDED = frozenset({"40001", "40P01", "55P03"})
# connection, resources, shutdown, system: the database's own trouble
_OUTAGE = ("08", "53", "57P", "58", "25P03")


class Fault(Enum):
    """Whose trouble a failure is."""

    CONTENDED = "contended"
    """Two transactions met; the same work will do as soon as the other is through."""
    OUTAGE = "outage"
    """The database can't be reached or can't work; no item is to blame."""
    OWN = "own"
    """The work itself fails."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item was set aside: a stable code and a sentence, free of personal data."""

    code: str
    detail: str


def classify(error: BaseException) -> Fault:
    """Whose trouble this is."""
    for link in _chain(error):
        if isinstance(link, Contended):
            return Fault.CONTENDED
        state = getattr(link, "sqlstate", None)
        if isinstance(state, str):
            if state in _CONTENDED:
                return Fault.CONTENDED
            if state.startswith(_OUTAGE):
                return Fault.OUTAGE
            return Fault.OWN
        if isinstance(link, OSError) or getattr(link, "connection_invalidated", False):
            return Fault.OUTAGE
    return Fault.OWN


def reason_of(error: BaseException) -> Reason:
    """What may be shown and kept of a failure.

    A domain error speaks for itself. Of any other only the kind and the place are told: the text
    of a database's error quotes the row.
    """
    if isinstance(error, DomainError):
        return Reason(error.code, error.detail)
    return Reason("INTERNAL_ERROR", f"{type(error).__name__} at {_place(error)}")


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = getattr(link, "orig", None) or link.__cause__


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            return f"{path.relative_to(_PACKAGE.parent)}:{frame.lineno}"
    return "an unknown place"
