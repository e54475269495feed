"""Long lists in pages: the cursor is opaque to callers and names the last row they saw."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import msgspec
from fastapi import Depends, Query
from pydantic import BaseModel, Field

from loyalnest.kernel.errors import Invalid

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
_BIGINT = 2**63 - 1
Item = TypeVar("Item")
Row = TypeVar("Row")


class InvalidCursor(Invalid):
    """This cursor was not given by us; leave it out to begin at the first page."""


class Page(BaseModel, Generic[Item]):
    """Some rows, and where the next ones begin."""

    items: list[Item]
    next_cursor: str | None = Field(
        default=None, description="Send it as `cursor` for the next page; null at the end."
    )


@dataclass(frozen=True, slots=True)
class Position:
    """Which page of a list is wanted."""

    limit: int
    after: tuple[str, ...]

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than shown, to know whether others follow."""
        return self.limit + 1

    def after_id(self) -> UUID | None:
        """The id that the page begins behind. Raises InvalidCursor."""
        return _parsed(UUID, self.after)

    def after_text(self) -> str | None:
        """The word that the page begins behind."""
        return self.after[0] if self.after else None

    def after_number(self) -> int | None:
        """The number that the page begins behind. Raises InvalidCursor."""
        number = _parsed(int, self.after)
        if number is not None and abs(number) > _BIGINT:
            raise InvalidCursor
        return number


async def _position(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows a page.")] = DEFAULT_LIMIT,
    cursor: Annotated[
        str | None, Query(max_length=500, description="`next_cursor` of the page before.")
    ] = None,
) -> Position:
    return Position(limit, () if cursor is None else _decode(cursor))


Paging = Annotated[Position, Depends(_position)]
"""`paging: Paging` gives a route its `limit` and `cursor`."""


def cursor_of(*parts: object) -> str:
    """The cursor behind a row that is sorted by these values."""
    packed = json.dumps([str(part) for part in parts]).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def page_of(
    rows: Sequence[Row],
    position: Position,
    *,
    show: Callable[[Row], Item],
    key: Callable[[Row], tuple[object, ...]],
) -> Page[Item]:
    """A page out of `position.fetch` rows; `key` gives the values that they are sorted by."""
    shown = rows[: position.limit]
    next_cursor = None
    if len(rows) > position.limit:
        next_cursor = cursor_of(*key(shown[-1]))
    return Page(items=[show(row) for row in shown], next_cursor=next_cursor)


def _decode(cursor: str) -> tuple[str, ...]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        packed = base64.b64decode(padded, altchars=b"-_", validate=True)
        parts = msgspec.json.decode(packed, type=tuple[str, ...])
    except (ValueError, msgspec.DecodeError):
        raise InvalidCursor from None
    if not parts:
        raise InvalidCursor
    return parts


def _parsed(kind: Callable[[str], Item], parts: tuple[str, ...]) -> Item | None:
    if not parts:
        return None
    try:
        (text,) = parts  # a cursor of another list has more or fewer parts: ValueError too
        return kind(text)
    except ValueError:
        raise InvalidCursor from None
