"""Postscript: SMS to a shop's subscribers, and their events."""

import json
from dataclasses import dataclass
from typing import Any

from tests.emulators.published import description
from tests.emulators.vendor import Callback, Refused, Vendor
from tests.emulators.wire import Answer, Request


@dataclass
class MessageRequest:
    """One message as Postscript keeps it."""

    id: str
    phone: str
    body: str
    category: str
    status: str = "processing"

    def shown(self) -> dict[str, Any]:
        """As the API answers it."""
        return {
            "id": self.id,
            "phone": self.phone,
            "body": self.body,
            "category": self.category,
            "status": self.status,
        }


class Postscript(Vendor):
    """One shop at Postscript."""

    def __init__(self, *, per_second: int | None = None):
        super().__init__(per_second=per_second)
        self.key = "sk_" + "d1" * 16
        self.signing_token = "e2" * 16
        self.subscribers: set[str] = set()
        """Numbers that have opted in; nobody else can be written to."""
        self.opted_out: set[str] = set()
        self.messages: list[MessageRequest] = []
        self.events: list[dict[str, Any]] = []
        self._described = description("postscript.openapi.json")

    def carry_out(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            raise _refused(401, 1001, "Unauthorized")
        operation = self._described.find(request)
        if operation is None:
            raise _refused(404, 1004, "Not found")
        for fault in operation.faults(request):
            raise _refused(400, 2001, f"{fault.where}: {fault.what}")
        if request.path.endswith("/me"):
            return Answer.of(200, {"id": "shop_1"})
        if request.method == "GET":
            return self._fetch(request.path.rpartition("/")[2])
        given = json.loads(request.body)
        if request.path.endswith("/events"):
            return self._take_event(given)
        return self._send(given)

    def too_many(self) -> Answer:
        # It doesn't say for how long.
        return _error(429, 3002, "Rate limit exceeded")

    def report(self, url: str, event: str, *, resource: str = "shop_1", **data: Any) -> Callback:
        """A webhook: the shop's own token stands in a header, and nothing is signed."""
        told = {
            "webhook_id": "89066f0a-eb36-4ed8-b98c-606e6dcac715",
            "resource_type": "shop",
            "resource_id": resource,
            "event_time": "2026-11-20T12:00:00.000000",
            "event": event,
            "event_data": data,
        }
        headers = {
            "content-type": "application/json",
            "postscript-signature": self.signing_token,
        }
        return Callback(url, json.dumps(told).encode(), headers)

    def _send(self, given: dict[str, Any]) -> Answer:
        phone = given.get("phone") or given.get("subscriber_id")
        if not phone:
            raise _refused(400, 2002, "Either `subscriber_id` or `phone` is required")
        if phone not in self.subscribers:
            raise _refused(404, 2404, "Subscriber not found")
        if phone in self.opted_out:
            raise _refused(400, 2403, "Subscriber has opted out")
        category = given.get("category", "promotional")
        taken = MessageRequest(f"mr_{len(self.messages):06d}", phone, given["body"], category)
        self.messages.append(taken)
        return Answer.of(202, taken.shown())

    def _fetch(self, id: str) -> Answer:
        for message in self.messages:
            if message.id == id:
                return Answer.of(200, message.shown())
        raise _refused(404, 1004, "Not found")

    def _take_event(self, given: dict[str, Any]) -> Answer:
        if not any(given.get(name) for name in ("subscriber_id", "phone", "email")):
            raise _refused(400, 2002, "A subscriber is required")
        self.events.append(given)
        return Answer.of(202, {"success": True})


def _error(status: int, code: int, message: str) -> Answer:
    return Answer.of(status, {"error_code": code, "error_message": message, "success": False})


def _refused(status: int, code: int, message: str) -> Refused:
    return Refused(_error(status, code, message))
