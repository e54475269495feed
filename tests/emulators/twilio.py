"""Twilio's Messages: SMS and WhatsApp, what becomes of them, and what people write back."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from tests.emulators.published import description
from tests.emulators.vendor import Callback, Refused, Vendor
from tests.emulators.wire import Answer, Request

_NUMBER = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}")
_BODY_LENGTH = 1600
_ENDS = {"delivered", "read", "undelivered", "failed", "canceled"}


@dataclass
class Message:
    """One message as Twilio keeps it."""

    sid: str
    account: str
    to: str
    sender: str
    body: str
    content_sid: str | None
    variables: Mapping[str, str]
    status_callback: str | None
    status: str
    error_code: int | None
    created: datetime

    def shown(self) -> dict[str, Any]:
        """As the API answers it."""
        return {
            "sid": self.sid,
            "account_sid": self.account,
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "status": self.status,
            "error_code": self.error_code,
            "date_created": format_datetime(self.created),
            "direction": "outbound-api",
        }


class Twilio(Vendor):
    """One account at Twilio."""

    def __init__(self, *, per_second: int | None = None):
        super().__init__(per_second=per_second)
        self.account = "AC" + "a1" * 16
        self.auth_token = "b2" * 16
        self.senders = {"+15005550006", "whatsapp:+15005550006", "MG" + "c3" * 16}
        self.contents: dict[str, int] = {}
        """Approved contents by their sid, with how many variables each has."""
        self.refusals: dict[str, int] = {}
        """Numbers that are refused at once, with the code."""
        self.fates: dict[str, int] = {}
        """Numbers at which messages are taken and then fail, with the code."""
        self.open_windows: set[str] = set()
        """WhatsApp numbers that have written within a day."""
        self.messages: list[Message] = []
        self._published = description("twilio.openapi.json")

    def carry_out(self, request: Request) -> Answer:
        operation = self._published.find(request)
        if operation is None:
            raise _refused(404, 20404, f"The requested resource {request.path} was not found")
        self._check_who(request)
        for fault in operation.faults(request):
            raise _refused(400, 20001, f"{fault.where}: {fault.what}")
        if request.method == "POST":
            return self._create(dict(request.form()))
        if operation.id == "FetchMessage":
            return self._fetch(request.path.rpartition("/")[2].removesuffix(".json"))
        return self._list(dict(request.query))

    def too_many(self) -> Answer:
        return _error(429, 20429, "Too Many Requests")

    def settle(self, message: Message) -> list[Callback]:
        """Everything that Twilio reports of a message until its end, in order."""
        fate = self._fate_of(message)
        way = ["sent", "undelivered"] if fate else ["sent", "delivered"]
        return [self.report(message, status) for status in way]

    def report(self, message: Message, status: str, *, error: int | None = None) -> Callback:
        """What Twilio reports when a message comes to this status."""
        assert message.status_callback
        message.status = status
        if status in _ENDS - {"delivered", "read"}:
            message.error_code = error or self._fate_of(message) or 30008
        fields = {
            "AccountSid": self.account,
            "ApiVersion": "2010-04-01",
            "From": message.sender,
            "MessageSid": message.sid,
            "MessageStatus": status,
            "SmsSid": message.sid,
            "SmsStatus": status,
            "To": message.to,
        }
        if message.error_code:
            fields["ErrorCode"] = str(message.error_code)
        if message.to.startswith("whatsapp:"):
            fields |= {"ChannelPrefix": "whatsapp", "ChannelToAddress": message.to}
        return self.signed(message.status_callback, fields)

    def write_in(self, url: str, *, sender: str, body: str, **more: str) -> Callback:
        """Somebody writes to one of the account's numbers."""
        sid = "SM" + hashlib.md5(f"{sender}{body}{len(self.requests)}".encode()).hexdigest()
        fields = {
            "AccountSid": self.account,
            "ApiVersion": "2010-04-01",
            "Body": body,
            "From": sender,
            "MessageSid": sid,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "To": "+15005550006",
            **more,
        }
        if sender.startswith("whatsapp:"):
            self.open_windows.add(sender)
            fields |= {"To": "whatsapp:+15005550006", "WaId": sender.removeprefix("whatsapp:+")}
        return self.signed(url, fields)

    def signed(self, url: str, fields: Mapping[str, str]) -> Callback:
        """A callback with the signature that Twilio gives it."""
        text = url + "".join(name + fields[name] for name in sorted(fields))
        digest = hmac.digest(self.auth_token.encode(), text.encode(), "sha1")
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "x-twilio-signature": base64.b64encode(digest).decode(),
            "user-agent": "TwilioProxy/1.1",
        }
        return Callback(url, urlencode(fields).encode(), headers)

    def _check_who(self, request: Request) -> None:
        expected = base64.b64encode(f"{self.account}:{self.auth_token}".encode()).decode()
        given = request.headers.get("authorization", "")
        if given != f"Basic {expected}" or f"/Accounts/{self.account}/" not in request.path:
            raise _refused(401, 20003, "Authenticate")

    def _create(self, given: dict[str, str]) -> Answer:
        to = given.get("To", "")
        sender = given.get("MessagingServiceSid") or given.get("From", "")
        variables = _variables(given.get("ContentVariables"))
        self._check_ends(to, sender)
        self._check_content(given, variables)
        if code := self.refusals.get(to):
            raise _refused(400, code, "refused for this number")
        message = Message(
            sid=("MM" if to.startswith("whatsapp:") else "SM") + f"{len(self.messages):032x}",
            account=self.account,
            to=to,
            sender=sender,
            body=given.get("Body", ""),
            content_sid=given.get("ContentSid"),
            variables=variables,
            status_callback=given.get("StatusCallback"),
            status="accepted" if "MessagingServiceSid" in given else "queued",
            error_code=None,
            created=datetime.now(UTC).replace(microsecond=0),
        )
        self.messages.append(message)
        return Answer.of(201, message.shown(), twilio_request_id=f"RQ{message.sid[2:]}")

    def _check_ends(self, to: str, sender: str) -> None:
        if not sender:
            raise _refused(400, 21603, "A 'From' phone number is required")
        if not _NUMBER.fullmatch(to):
            raise _refused(400, 21211, f"The 'To' number {to} is not a valid phone number")
        if sender not in self.senders:
            code = 63007 if sender.startswith("whatsapp:") else 21606
            raise _refused(400, code, f"{sender} is no sender of this account")
        is_service = sender.startswith("MG")
        if not is_service and to.startswith("whatsapp:") != sender.startswith("whatsapp:"):
            raise _refused(400, 21910, "'From' and 'To' should be of the same channel")

    def _check_content(self, given: Mapping[str, str], variables: Mapping[str, str]) -> None:
        sid = given.get("ContentSid")
        if sid is None:
            if "ContentVariables" in given:
                raise _refused(400, 21655, "'ContentVariables' without 'ContentSid'")
            if not given.get("Body") and not given.get("MediaUrl"):
                raise _refused(400, 21619, "A text message body or media urls must be specified")
            if len(given.get("Body", "")) > _BODY_LENGTH:
                raise _refused(400, 21617, "The message body exceeds 1600 characters")
            return
        if sid not in self.contents:
            raise _refused(400, 21655, f"The ContentSid {sid} is invalid")
        if set(variables) != {str(number + 1) for number in range(self.contents[sid])}:
            raise _refused(400, 21656, "The ContentVariables parameter is invalid")

    def _fate_of(self, message: Message) -> int | None:
        """Why a message that was taken fails later; words outside the window do, with 63016."""
        if code := self.fates.get(message.to):
            return code
        is_free = message.to.startswith("whatsapp:") and message.content_sid is None
        return 63016 if is_free and message.to not in self.open_windows else None

    def _fetch(self, sid: str) -> Answer:
        for message in self.messages:
            if message.sid == sid:
                return Answer.of(200, message.shown())
        raise _refused(404, 20404, "The requested resource was not found")

    def _list(self, wanted: Mapping[str, str]) -> Answer:
        found = [
            message.shown()
            for message in reversed(self.messages)
            if wanted.get("To", message.to) == message.to
            and wanted.get("From", message.sender) == message.sender
        ]
        size = int(wanted.get("PageSize", 50))
        return Answer.of(200, {"messages": found[:size], "page": 0, "page_size": size})


def _variables(text: str | None) -> dict[str, str]:
    """ContentVariables: an object of texts, written as JSON into one field."""
    try:
        found: Any = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _refused(400, 21656, "The ContentVariables parameter is invalid")
    return {str(name): str(value) for name, value in found.items()}  # pyright: ignore


def _error(status: int, code: int, message: str) -> Answer:
    return Answer.of(
        status,
        {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        },
    )


def _refused(status: int, code: int, message: str) -> Refused:
    return Refused(_error(status, code, message))
