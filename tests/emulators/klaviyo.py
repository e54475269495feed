"""Klaviyo: events and profiles, each as JSON:API wants them."""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.emulators.published import description
from tests.emulators.vendor import Callback, Refused, Vendor
from tests.emulators.wire import Answer, Request

_MEDIA_TYPE = "application/vnd.api+json"
_IDENTIFIERS = ("email", "phone_number", "external_id", "id", "anonymous_id", "_kx")
_BULK_EVENTS, _BULK_PROFILES, _BULK_BYTES = 1000, 10_000, 5_000_000
_PROPERTIES = 400


@dataclass(frozen=True, slots=True)
class Event:
    """An event as Klaviyo keeps it."""

    metric: str
    profile: str
    properties: Mapping[str, Any]
    unique_id: str | None
    backfill: bool
    time: str | None = None


class Klaviyo(Vendor):
    """One account at Klaviyo."""

    def __init__(self, *, per_second: int | None = None):
        super().__init__(per_second=per_second)
        self.key = "pk_" + "e5" * 16
        self.revisions = {"2026-07-15", "2026-10-15"}
        self.webhook_secret = "f6" * 16
        self.profiles: dict[str, dict[str, Any]] = {}
        """What is known of people, by what they are known by."""
        self._events: dict[tuple[str, str, str], Event] = {}
        self._published = description("klaviyo.openapi.json")

    @property
    def events(self) -> list[Event]:
        """What happened. The same `unique_id` of a person and a metric is one event."""
        return list(self._events.values())

    @property
    def triggering(self) -> list[Event]:
        """Those that set flows going, which is what sends messages."""
        return [event for event in self.events if not event.backfill]

    def carry_out(self, request: Request) -> Answer:
        self._check_who(request)
        operation = self._published.find(request)
        if operation is None:
            offered = self._published.offers(request.path)
            raise _refused(405 if offered else 404, "not_found", "There is no such endpoint.")
        if len(request.body) > _BULK_BYTES:
            raise _refused(413, "too_large", "Payload too large.")
        for fault in operation.faults(request):
            status = 415 if fault.where == "Content-Type" else 400
            raise _refused(status, "invalid", fault.what, pointer=f"/{fault.where}")
        if request.method == "GET":
            return _answer(200, {"data": [{"type": "account", "id": "AbC123"}]})
        data = json.loads(request.body)["data"]["attributes"]
        match request.path.rstrip("/").rpartition("/")[2]:
            case "events":
                self._take_event(data, data["profile"]["data"]["attributes"])
                return Answer(202)
            case "event-bulk-create-jobs":
                return self._take_many(data["events-bulk-create"]["data"])
            case "profile-import":
                who = self._take_profile(data)
                return _answer(200, {"data": {"type": "profile", "id": who, "attributes": data}})
            case _:
                return self._import(data["profiles"]["data"])

    def too_many(self) -> Answer:
        return _error(429, "throttled", "Request was throttled.", retry_after="1")

    def report(
        self, url: str, *events: tuple[str, dict[str, Any]], at: int = 1_790_000_000
    ) -> Callback:
        """A delivery of a system webhook: topics with what they are about."""
        body = json.dumps(
            {
                "meta": {"klaviyo_account_id": "AbC123", "timestamp": str(at)},
                "data": [{"topic": topic, "payload": payload} for topic, payload in events],
            }
        ).encode()
        return self.signed(url, body, at=at)

    def signed(self, url: str, body: bytes, *, at: int = 1_790_000_000) -> Callback:
        """A delivery with the signature that Klaviyo gives it."""
        text = body + str(at).encode()
        headers = {
            "content-type": "application/json",
            "klaviyo-signature": hmac.digest(self.webhook_secret.encode(), text, "sha256").hex(),
            "klaviyo-timestamp": str(at),
        }
        return Callback(url, body, headers)

    def _check_who(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Klaviyo-API-Key {self.key}":
            raise _refused(401, "authentication_failed", "Incorrect authentication credentials.")
        if request.headers.get("revision") not in self.revisions:
            raise _refused(400, "invalid_revision", "The revision is not valid.")

    def _take_many(self, groups: Sequence[Mapping[str, Any]]) -> Answer:
        told = [group["attributes"] for group in groups]
        count = sum(len(it["events"]["data"]) for it in told)
        if not 0 < count <= _BULK_EVENTS:
            raise _refused(400, "invalid", f"1 to {_BULK_EVENTS} events; {count} were given.")
        for number, it in enumerate(told):
            _check_profile(
                it["profile"]["data"]["attributes"], at=f"/events-bulk-create/data/{number}"
            )
        for it in told:
            profile = it["profile"]["data"]["attributes"]
            for event in it["events"]["data"]:
                shared = {"backfill": it.get("backfill", False)}
                self._take_event(shared | event["attributes"], profile)
        return Answer(202)

    def _take_event(self, given: Mapping[str, Any], profile: Mapping[str, Any]) -> None:
        who = self._take_profile(profile)
        if len(given["properties"]) > _PROPERTIES:
            raise _refused(400, "invalid", f"No more than {_PROPERTIES} properties.")
        metric = given["metric"]["data"]["attributes"]["name"]
        # Without an id of its own an event is one of its second.
        second = (given.get("time") or f"now {len(self.requests)}")[:19]
        key = (who, metric, given.get("unique_id") or second)
        event = Event(
            metric,
            who,
            given["properties"],
            given.get("unique_id"),
            bool(given.get("backfill")),
            given.get("time"),
        )
        self._events.setdefault(key, event)

    def _take_profile(self, given: Mapping[str, Any]) -> str:
        _check_profile(given)
        who: str = next(given[name] for name in _IDENTIFIERS if given.get(name))
        self.profiles.setdefault(who, {}).update(given)
        return who

    def _import(self, profiles: Sequence[Mapping[str, Any]]) -> Answer:
        if len(profiles) > _BULK_PROFILES:
            raise _refused(400, "invalid", f"No more than {_BULK_PROFILES} profiles.")
        for profile in profiles:
            self._take_profile(profile["attributes"])
        return _answer(202, {"data": {"type": "profile-bulk-import-job", "id": "job-1"}})


def _check_profile(given: Mapping[str, Any], *, at: str = "") -> None:
    pointer = f"/data/attributes{at}/attributes/profile/data/attributes"
    if not any(given.get(name) for name in _IDENTIFIERS):
        raise _refused(400, "invalid", "A profile needs an identifier.", pointer=pointer)
    phone = given.get("phone_number")
    if phone and not (phone.startswith("+") and phone[1:].isdigit()):
        detail = "Invalid phone number format"
        raise _refused(400, "invalid", detail, pointer=f"{pointer}/phone_number")


def _answer(status: int, content: Any, **headers: str) -> Answer:
    return Answer.of(status, content, media_type=_MEDIA_TYPE, **headers)


def _error(
    status: int, code: str, detail: str, *, pointer: str = "/data", **headers: str
) -> Answer:
    error = {
        "id": "0f6d0ec9-6b0b-4b43-8d0e-1d8a6e6b1e11",
        "status": status,
        "code": code,
        "title": code.replace("_", " ").capitalize(),
        "detail": detail,
        "source": {"pointer": pointer},
    }
    return _answer(status, {"errors": [error]}, **headers)


def _refused(status: int, code: str, detail: str, *, pointer: str = "/data") -> Refused:
    return Refused(_error(status, code, detail, pointer=pointer))
