"""Instants as the API takes them: RFC 3339 with a time zone, kept in UTC."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from loyalnest.kernel.clock import EARLIEST, LATEST, is_within_time


def _refuse_numbers(value: Any) -> Any:
    if isinstance(value, int | float) or (
        isinstance(value, str) and value.replace(".", "", 1).lstrip("+-").isdecimal()
    ):
        raise ValueError("write the instant as 2026-11-20T12:00:00Z")
    return value


def _to_utc(value: datetime) -> datetime:
    try:
        instant = value.astimezone(UTC)
    except OverflowError:
        instant = None
    if instant is None or not is_within_time(instant):
        raise ValueError(f"give an instant between {EARLIEST.year} and {LATEST.year}")
    return instant


Instant = Annotated[AwareDatetime, BeforeValidator(_refuse_numbers), AfterValidator(_to_utc)]
"""An instant with a time zone, turned into UTC."""

AsOf = Annotated[
    Instant | None,
    Query(description="How it stood at this instant (RFC 3339, with a time zone)."),
]
KnownAt = Annotated[
    Instant | None,
    Query(description="As far as it was known at this instant (RFC 3339, with a time zone)."),
]
