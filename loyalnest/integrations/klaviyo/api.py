"""Klaviyo's API: where it is, and how its requests are put."""

import json
import re
from collections.abc import Mapping
from typing import Any

from loyalnest.integrations.calls import Line, Object, Said, Way, as_object, as_objects

REVISION = "2026-07-15"
"""Of the description that requests are held against in tests."""
MEDIA_TYPE = "application/vnd.api+json"
BULK_EVENTS_PATH, EVENTS_AT_MOST = "/api/event-bulk-create-jobs", 1000
BULK_PROFILES_PATH, PROFILES_AT_MOST = "/api/profile-bulk-import-jobs", 10_000
BODY_BYTES = 4_500_000
"""Klaviyo takes 5 MB."""
_INDEX = re.compile(r"/events-bulk-create/data/(\d+)(/.*)?")


def open_line(way: Way, key: str) -> Line:
    """A line to Klaviyo with a private key."""
    headers = {
        "authorization": f"Klaviyo-API-Key {key}",
        "revision": REVISION,
        "content-type": MEDIA_TYPE,
        "accept": MEDIA_TYPE,
    }
    return Line(way, headers=headers)


def encode(kind: str, attributes: Mapping[str, Any]) -> bytes:
    """A body in JSON:API."""
    return json.dumps({"data": {"type": kind, "attributes": attributes}}).encode()


def happened(
    profile: Mapping[str, Any],
    metric: str,
    properties: Mapping[str, Any],
    *,
    unique_id: str,
    at: str | None = None,
    backfill: bool = False,
) -> dict[str, Any]:
    """One person's event, as an item of a bulk job.

    The same `unique_id` of a person and a metric is one event. With `backfill` it is recorded and
    sets no flow going.
    """
    event: dict[str, Any] = {
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
        "properties": dict(properties),
        "unique_id": unique_id,
    }
    if at is not None:
        event["time"] = at
    return {
        "type": "event-bulk-create",
        "attributes": {
            "backfill": backfill,
            "profile": {"data": {"type": "profile", "attributes": dict(profile)}},
            "events": {"data": [{"type": "event", "attributes": event}]},
        },
    }


def encode_events(items: list[dict[str, Any]]) -> bytes:
    """A bulk job of events."""
    return encode("event-bulk-create-job", {"events-bulk-create": {"data": items}})


def errors_of(said: Said) -> list[Object]:
    """The errors of an answer. Raises Unclear for one that is none of Klaviyo's."""
    return as_objects(said.json().get("errors"))


def blamed(errors: list[Object]) -> dict[int, str]:
    """Which items of a bulk job an answer blames, each with what of it is wrong."""
    found: dict[int, str] = {}
    for error in errors:
        pointer = str(as_object(error.get("source")).get("pointer", ""))
        if match := _INDEX.search(pointer):
            found[int(match[1])] = (match[2] or "").rpartition("/")[2]
    return found
