"""Meta's WhatsApp Cloud API: messages of one phone number, and the webhook of its app."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.emulators.published import description
from tests.emulators.vendor import Callback, Refused, Vendor
from tests.emulators.wire import Answer, Request

_TITLES = {
    100: "Invalid parameter",
    130429: "Rate limit hit",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131049: "This message was not delivered to maintain healthy ecosystem engagement.",
    131050: "User has stopped marketing messages",
    131056: "Pair rate limit hit",
    132000: "Number of parameters does not match",
    132001: "Template name does not exist in the translation",
    190: "Access token is invalid",
}


@dataclass
class Message:
    """One message as Meta keeps it."""

    id: str
    to: str
    given: dict[str, Any]
    reference: str | None
    """What we asked to be given back with every status."""


class Meta(Vendor):
    """One phone number of one WhatsApp business account."""

    def __init__(self, *, per_second: int | None = None):
        super().__init__(per_second=per_second)
        self.token = "EAAG" + "x" * 40
        self.app_secret = "d4" * 16
        self.verify_token = "verify-me"
        self.phone_id, self.business_id = "106540352242922", "102290129340398"
        self.templates: dict[tuple[str, str], int] = {}
        """Approved templates by name and language, with how many variables each has."""
        self.refusals: dict[str, int] = {}
        """People to whom it is refused at once, with the code."""
        self.fates: dict[str, int] = {}
        """People with whom it is taken and then fails, with the code."""
        self.open_windows: set[str] = set()
        self.messages: list[Message] = []
        self._published = description("meta.openapi.json")

    def carry_out(self, request: Request) -> Answer:
        operation = self._published.find(request)
        if operation is None or self.phone_id not in request.path.split("/"):
            raise _refused(400, 100, f"Object {request.path} does not exist", subcode=33)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise _refused(401, 190, "Invalid OAuth access token")
        for fault in operation.faults(request):
            raise _refused(400, 100, f"{fault.where}: {fault.what}")
        if request.method == "GET":
            return Answer.of(200, {"id": self.phone_id, "display_phone_number": "15550783881"})
        return self._send(json.loads(request.body))

    def too_many(self) -> Answer:
        return _error(400, 130429, "Cloud API message throughput has been reached")

    def settle(self, url: str, messages: Sequence[Message]) -> Callback:
        """One delivery that tells of many messages: sent and delivered, or failed."""
        statuses: list[dict[str, Any]] = []
        for message in messages:
            if code := self._fate_of(message):
                statuses.append(self.status_of(message, "failed", error=code))
            else:
                statuses += [self.status_of(message, status) for status in ("sent", "delivered")]
        return self.report(url, *statuses)

    def status_of(
        self, message: Message, status: str, *, at: int = 1_790_000_000, error: int | None = None
    ) -> dict[str, Any]:
        """One status as it stands in a delivery."""
        told: dict[str, Any] = {
            "id": message.id,
            "status": status,
            "timestamp": str(at),
            "recipient_id": message.to.removeprefix("+"),
        }
        if message.reference:
            told["biz_opaque_callback_data"] = message.reference
        if error:
            title = _TITLES.get(error, "Something went wrong")
            told["errors"] = [{"code": error, "title": title, "message": title}]
        return told

    def report(self, url: str, *statuses: dict[str, Any]) -> Callback:
        """A delivery of statuses."""
        return self._delivery(url, "messages", {"statuses": list(statuses)})

    def write_in(
        self, url: str, *, sender: str, body: str, user_id: str | None = None, number: int = 1
    ) -> Callback:
        """Somebody writes; with `user_id` alone they show no phone number."""
        self.open_windows |= {sender} | ({user_id} if user_id else set())
        digits = sender.removeprefix("+")
        contact: dict[str, Any] = {"profile": {"name": "Somebody"}}
        message: dict[str, Any] = {
            "id": f"wamid.IN{number:04d}",
            "timestamp": "1790000000",
            "type": "text",
            "text": {"body": body},
        }
        if digits:
            contact["wa_id"] = message["from"] = digits
        if user_id:
            contact["user_id"] = message["from_user_id"] = user_id
        return self._delivery(url, "messages", {"contacts": [contact], "messages": [message]})

    def prefer(self, url: str, *, who: str, value: str) -> Callback:
        """Somebody tells WhatsApp to `stop` or to `resume` what is marketing."""
        preference = {
            "wa_id": who.removeprefix("+"),
            "category": "marketing_messages",
            "value": value,
            "timestamp": 1_790_000_000,
        }
        return self._delivery(url, "user_preferences", {"user_preferences": [preference]})

    def challenge(self, url: str, *, token: str | None = None) -> Callback:
        """How Meta asks whether somebody is there, when the webhook is entered."""
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": self.verify_token if token is None else token,
            "hub.challenge": "1158201444",
        }
        return Callback(f"{url}?{urlencode(query)}", b"", method="GET")

    def signed(self, url: str, payload: Any) -> Callback:
        """A delivery with the signature that Meta gives it."""
        body = json.dumps(payload, separators=(",", ":")).encode()
        signature = hmac.digest(self.app_secret.encode(), body, "sha256").hex()
        headers = {
            "content-type": "application/json",
            "x-hub-signature-256": f"sha256={signature}",
            "user-agent": "facebookexternalua",
        }
        return Callback(url, body, headers)

    def _delivery(self, url: str, field: str, value: dict[str, Any]) -> Callback:
        metadata = {"display_phone_number": "15550783881", "phone_number_id": self.phone_id}
        told = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        entry = {"id": self.business_id, "changes": [{"field": field, "value": told}]}
        return self.signed(url, {"object": "whatsapp_business_account", "entry": [entry]})

    def _send(self, given: dict[str, Any]) -> Answer:
        to = given["to"]
        if (code := self.refusals.get(to)) is not None:
            raise _refused(400, code, _TITLES.get(code, "Something went wrong"))
        if given["type"] == "template":
            self._check_template(given["template"])
        id = f"wamid.HBgL{len(self.messages):06d}"
        reference = given.get("biz_opaque_callback_data")
        self.messages.append(Message(id, to, given, reference))
        return Answer.of(
            200,
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": to, "wa_id": to.removeprefix("+")}],
                "messages": [{"id": id, "message_status": "accepted"}],
            },
            x_fb_trace_id=f"T{len(self.messages)}",
        )

    def _check_template(self, template: dict[str, Any]) -> None:
        known = self.templates.get((template["name"], template["language"]["code"]))
        if known is None:
            raise _refused(404, 132001, _TITLES[132001])
        given = sum(
            len(part.get("parameters", ()))
            for part in template.get("components", ())
            if part["type"] == "body"
        )
        if given != known:
            raise _refused(400, 132000, _TITLES[132000])

    def _fate_of(self, message: Message) -> int | None:
        """Why a message that was taken fails later; words outside the window do, with 131047."""
        if code := self.fates.get(message.to):
            return code
        is_free = message.given["type"] != "template"
        return 131047 if is_free and message.to not in self.open_windows else None


def _error(status: int, code: int, message: str, *, subcode: int | None = None) -> Answer:
    error: dict[str, Any] = {
        "message": f"(#{code}) {message}",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AbCdEf123",
    }
    if subcode:
        error["error_subcode"] = subcode
    return Answer.of(status, {"error": error}, x_fb_trace_id="AbCdEf123")


def _refused(status: int, code: int, message: str, *, subcode: int | None = None) -> Refused:
    return Refused(_error(status, code, message, subcode=subcode))
