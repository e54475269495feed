"""Mailchimp: its transactional mail (once Mandrill), and an audience with its members' events."""

import base64
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.emulators.published import description
from tests.emulators.vendor import Callback, Refused, Vendor
from tests.emulators.wire import Answer, Request

_HASH = re.compile(r"[0-9a-f]{32}")


@dataclass
class Mail:
    """One e-mail to one recipient."""

    id: str
    to: str
    message: dict[str, Any]
    state: str
    why: str | None = None


class Mailchimp(Vendor):
    """One account at Mailchimp, with one audience."""

    def __init__(self, *, per_second: int | None = None):
        super().__init__(per_second=per_second)
        self.key = "md-" + "a7" * 11
        self.marketing_key = "b8" * 16 + "-us21"
        self.webhook_key = "c9" * 11
        self.audience = "a1b2c3d4e5"
        self.domains = {"example.com", "cafe.example"}
        """Domains that mail may come from."""
        self.rejected: dict[str, str] = {}
        """Addresses that are on the account's own black list, with why."""
        self.out_of_quota = False
        self.mails: list[Mail] = []
        self.members: dict[str, dict[str, Any]] = {}
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.failed: list[tuple[dict[str, Any], int]] = []
        """Operations of batches that came to nothing, with their status."""
        self._transactional = description("mailchimp-transactional.openapi.json")
        self._marketing = description("mailchimp-marketing.openapi.json")

    def carry_out(self, request: Request) -> Answer:
        if request.path.startswith("/api/1."):
            return self._send(request)
        return self._market(request)

    def report(
        self, url: str, mail: Mail, event: str, *, at: int = 1_790_000_000, **msg: Any
    ) -> Callback:
        """What became of a mail, as the webhook tells: `send`, `hard_bounce`, `spam` …"""
        told = {
            "_id": mail.id,
            "email": mail.to,
            "metadata": mail.message.get("metadata", {}),
            "state": "sent" if event == "send" else event.replace("_", "-"),
            "ts": at,
            **msg,
        }
        return self.signed(url, [{"event": event, "_id": mail.id, "ts": at, "msg": told}])

    def signed(self, url: str, events: list[dict[str, Any]]) -> Callback:
        """A delivery with the signature that Mandrill gives it."""
        text = json.dumps(events)
        digest = hmac.digest(
            self.webhook_key.encode(), f"{url}mandrill_events{text}".encode(), "sha1"
        )
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-mandrill-signature": base64.b64encode(digest).decode(),
        }
        return Callback(url, urlencode({"mandrill_events": text}).encode(), headers)

    def tell_of_member(self, url: str, kind: str, email: str, **data: str) -> Callback:
        """What the audience's webhook tells, which bears no signature: `unsubscribe`, `cleaned`."""
        fields = {"type": kind, "fired_at": "2026-11-20 12:00:00", "data[email]": email}
        fields |= {f"data[{name}]": value for name, value in data.items()}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return Callback(url, urlencode(fields).encode(), headers)

    def _send(self, request: Request) -> Answer:
        operation = self._transactional.find(request)
        if operation is None:
            raise _refused(404, -1, "Unknown_Method", "No such method")
        for fault in operation.faults(request):
            raise _refused(500, -2, "ValidationError", f"{fault.where}: {fault.what}")
        given = json.loads(request.body)
        if given["key"] != self.key:
            raise _refused(500, -1, "Invalid_Key", "Invalid API key")
        if request.path.endswith("/users/ping2.json"):
            return Answer.of(200, {"PING": "PONG!"})
        message = given["message"]
        return Answer.of(200, [self._take(message, to["email"]) for to in message["to"]])

    def _take(self, message: dict[str, Any], to: str) -> dict[str, Any]:
        mail = Mail(f"{len(self.mails):032x}", to, message, "sent")
        if "@" not in to:
            mail.state = "invalid"
        elif message["from_email"].partition("@")[2] not in self.domains:
            mail.state, mail.why = "rejected", "unsigned"
        elif why := self.rejected.get(to):
            mail.state, mail.why = "rejected", why
        elif self.out_of_quota:
            mail.state, mail.why = "queued", "hourly-quota"
        self.mails.append(mail)
        name = "queued_reason" if mail.state == "queued" else "reject_reason"
        return {"email": to, "status": mail.state, "_id": mail.id, name: mail.why}

    def _market(self, request: Request) -> Answer:
        operation = self._marketing.find(request)
        if operation is None:
            raise _problem(404, "Resource Not Found")
        if not _knows(request, self.marketing_key):
            raise _problem(401, "API Key Invalid")
        for fault in operation.faults(request):
            raise _problem(400, "Invalid Resource", f"{fault.where}: {fault.what}")
        parts = request.path.strip("/").split("/")
        if parts[1] == "ping":
            return Answer.of(200, {"health_status": "Everything's Chimpy!"})
        given = json.loads(request.body)
        if parts[1] == "batches":
            return self._take_batch(request, given)
        if parts[2] != self.audience:
            raise _problem(404, "Resource Not Found")
        if parts[-1] == "events":
            return self._take_event(parts[4], given)
        return self._put_member(parts[4], given)

    def _put_member(self, hash_: str, given: dict[str, Any]) -> Answer:
        if not _HASH.fullmatch(hash_):
            raise _problem(400, "Invalid Resource", "subscriber_hash")
        known = self.members.get(hash_)
        if known is None and "status_if_new" not in given:
            raise _problem(400, "Invalid Resource", "status_if_new")
        start = {"status": given.get("status_if_new")} if known is None else known
        self.members[hash_] = start | given
        return Answer.of(200, {"id": hash_, **self.members[hash_]})

    def _take_batch(self, request: Request, given: dict[str, Any]) -> Answer:
        """Take a batch, and work through it; what becomes of each operation is told nobody."""
        for operation in given["operations"]:
            inner = Request(
                operation["method"],
                f"/3.0{operation['path']}",
                {**request.headers, "content-type": "application/json"},
                operation.get("body", "{}").encode(),
            )
            try:
                self._market(inner)
            except Refused as refusal:
                self.failed.append((operation, refusal.answer.status))
        total = len(given["operations"])
        return Answer.of(200, {"id": "b1", "status": "pending", "total_operations": total})

    def _take_event(self, hash_: str, given: dict[str, Any]) -> Answer:
        if hash_ not in self.members:
            raise _problem(404, "Resource Not Found", "The contact is not in the audience.")
        self.events.append((hash_, given))
        return Answer(204)


def _knows(request: Request, key: str) -> bool:
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        return scheme == "Bearer" and told == key
    try:
        return base64.b64decode(told).decode().partition(":")[2] == key
    except ValueError:
        return False


def _refused(status: int, code: int, name: str, message: str) -> Refused:
    content: Mapping[str, Any] = {
        "status": "error",
        "code": code,
        "name": name,
        "message": message,
    }
    return Refused(Answer.of(status, content))


def _problem(status: int, title: str, detail: str = "") -> Refused:
    content = {
        "type": "https://mailchimp.com/developer/marketing/docs/errors/",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": "0b9b2b9e-0000-4000-8000-000000000000",
    }
    return Refused(Answer.of(status, content, media_type="application/problem+json"))
