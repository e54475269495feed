"""Amazon SES v2, and SNS, which tells what became of its mail.

Its requests are checked against the service model that botocore carries. moto was no choice: it
answers 404 to half of what we need, checks neither signature nor quota, and weighs 331 MB.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from jsonschema_rs import Draft7Validator

from tests.emulators.published import FOLDER
from tests.emulators.vendor import Callback, Refused, Vendor
from tests.emulators.wire import Answer, Request

_SEND, _ACCOUNT = ("POST", "/v2/email/outbound-emails"), ("GET", "/v2/email/account")
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/ses/aws4_request,"
    r" ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}


@dataclass
class Mail:
    """One e-mail as SES keeps it."""

    id: str
    to: str
    given: dict[str, Any]

    @property
    def tags(self) -> dict[str, list[str]]:
        """The tags that every report of it carries."""
        return {it["Name"]: [it["Value"]] for it in self.given.get("EmailTags", ())}


class Ses(Vendor):
    """One AWS account in one region, with an SNS topic for its reports."""

    def __init__(self, *, per_second: int | None = None):
        super().__init__(per_second=per_second)
        self.access_key, self.secret_key = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
        self.region = "eu-west-1"
        self.topic = f"arn:aws:sns:{self.region}:123456789012:loyalnest"
        self.certificate_url = (
            f"https://sns.{self.region}.amazonaws.com/SimpleNotificationService-1.pem"
        )
        self.identities = {"example.com", "cafe.example"}
        """Domains and addresses that are verified."""
        self.quota = 50_000
        self.paused = False
        self.mails: list[Mail] = []
        self.confirmed: list[str] = []
        self._key, self.certificate = _key_and_certificate(self.region)
        self._schemas = _schemas()

    def carry_out(self, request: Request) -> Answer:
        if request.path.endswith(".pem"):
            return Answer(200, self.certificate, {"content-type": "application/x-pem-file"})
        if ("Action", "ConfirmSubscription") in request.query:
            self.confirmed.append(request.target)
            return Answer(200, b"<ConfirmSubscriptionResponse/>", {"content-type": "text/xml"})
        self._check_who(request)
        match request.method, request.path:
            case which if which == _SEND:
                return self._send(request)
            case which if which == _ACCOUNT:
                return Answer.of(200, {"SendQuota": {"Max24HourSend": float(self.quota)}})
            case _:
                raise _refused(404, "UnknownOperationException", "")

    def too_many(self) -> Answer:
        return _error(429, "TooManyRequestsException", "Maximum sending rate exceeded.")

    def report(
        self, url: str, mail: Mail, kind: str, *, version: str = "1", **about: Any
    ) -> Callback:
        """What SES publishes of a mail, through SNS: `Delivery`, `Bounce`, `Complaint` …"""
        told: dict[str, Any] = {
            "eventType": kind,
            "mail": {
                "timestamp": "2026-11-20T12:00:00.000Z",
                "messageId": mail.id,
                "destination": [mail.to],
                "tags": mail.tags,
            },
            kind[0].lower() + kind[1:]: {"timestamp": "2026-11-20T12:00:05.000Z", **about},
        }
        return self.notify(url, json.dumps(told), version=version)

    def notify(self, url: str, message: str, *, version: str = "1", **changed: str) -> Callback:
        """A notification of the topic."""
        told = {
            "Type": "Notification",
            "MessageId": hashlib.sha256(message.encode()).hexdigest()[:32],
            "TopicArn": self.topic,
            "Message": message,
            "Timestamp": "2026-11-20T12:00:06.000Z",
            **changed,
        }
        return self.signed(url, told, version=version)

    def invite(self, url: str, *, version: str = "1", **changed: str) -> Callback:
        """How SNS asks whether an endpoint wants what a topic says."""
        told = {
            "Type": "SubscriptionConfirmation",
            "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
            "Token": "2336412f37",
            "TopicArn": self.topic,
            "Message": "You have chosen to subscribe to the topic.",
            "SubscribeURL": f"https://sns.{self.region}.amazonaws.com/?Action=ConfirmSubscription"
            f"&TopicArn={quote(self.topic)}&Token=2336412f37",
            "Timestamp": "2026-11-20T12:00:00.000Z",
            **changed,
        }
        return self.signed(url, told, version=version)

    def signed(self, url: str, told: Mapping[str, str], *, version: str = "1") -> Callback:
        """A delivery with the signature that SNS gives it."""
        names = [name for name in _SIGNED[told["Type"]] if name in told]
        text = "".join(f"{name}\n{told[name]}\n" for name in names).encode()
        digest = hashes.SHA1() if version == "1" else hashes.SHA256()
        signature = self._key.sign(text, padding.PKCS1v15(), digest)
        full = {
            "SigningCertURL": self.certificate_url,
            **told,
            "SignatureVersion": version,
            "Signature": base64.b64encode(signature).decode(),
        }
        headers = {
            "content-type": "text/plain; charset=UTF-8",
            "x-amz-sns-message-type": told["Type"],
        }
        return Callback(url, json.dumps(full).encode(), headers)

    def _check_who(self, request: Request) -> None:
        given = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if given is None:
            raise _refused(403, "MissingAuthenticationTokenException", "Missing token")
        who, day, region, names, signature = given.groups()
        if who != self.access_key:
            raise _refused(403, "UnrecognizedClientException", "The security token is invalid.")
        if region != self.region or "host" not in names.split(";"):
            raise _refused(403, "InvalidSignatureException", "Credential should be scoped.")
        if signature != self._signature(request, day, names.split(";")):
            raise _refused(403, "InvalidSignatureException", "The signature does not match.")

    def _signature(self, request: Request, day: str, names: list[str]) -> str:
        """The signature that this request should have, reckoned from what came."""
        path, _, query = request.target.partition("?")
        headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in names)
        payload = hashlib.sha256(request.body).hexdigest()
        asked = "\n".join([request.method, path, query, headers, ";".join(names), payload])
        scope = f"{day}/{self.region}/ses/aws4_request"
        moment = request.headers.get("x-amz-date", "")
        text = "\n".join(
            ["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(asked.encode()).hexdigest()]
        )
        key = f"AWS4{self.secret_key}".encode()
        for part in (day, self.region, "ses", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()

    def _send(self, request: Request) -> Answer:
        try:
            given: dict[str, Any] = json.loads(request.body)
        except ValueError:
            raise _refused(400, "SerializationException", "") from None
        for error in self._schemas["SendEmailRequest"].iter_errors(given):
            raise _refused(400, "BadRequestException", error.message)
        sender = given.get("FromEmailAddress", "").rpartition("<")[2].rstrip(">")
        if not self.identities & {sender, sender.partition("@")[2]}:
            raise _refused(400, "MessageRejected", "Email address is not verified.")
        if self.paused:
            raise _refused(400, "SendingPausedException", "Sending is paused.")
        if len(self.mails) >= self.quota:
            raise _refused(400, "LimitExceededException", "Daily message quota exceeded.")
        for to in given["Destination"]["ToAddresses"]:
            if "@" not in to or not to.isascii():
                raise _refused(400, "BadRequestException", "Illegal address")
            self.mails.append(Mail(f"0102018{len(self.mails):09d}", to, given))
        return Answer.of(
            200, {"MessageId": self.mails[-1].id}, x_amzn_requestid=f"req-{len(self.mails)}"
        )


def _error(status: int, name: str, message: str) -> Answer:
    return Answer.of(status, {"message": message}, x_amzn_errortype=name, x_amzn_requestid="req-0")


def _refused(status: int, name: str, message: str) -> Refused:
    return Refused(_error(status, name, message))


@cache
def _schemas() -> dict[str, Draft7Validator]:
    """Validators for what botocore's service model says of each request."""
    model = json.loads((FOLDER / "ses.botocore.json").read_text())
    definitions = {name: dict(_read(shape)) for name, shape in model["shapes"].items()}
    return {
        operation["input"]["shape"]: Draft7Validator(
            {"$ref": f"#/definitions/{operation['input']['shape']}", "definitions": definitions}
        )
        for operation in model["operations"].values()
    }


def _read(shape: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A shape of the service model in the words of JSON Schema."""

    def to(member: Mapping[str, Any]) -> dict[str, str]:
        return {"$ref": f"#/definitions/{member['shape']}"}

    match shape["type"]:
        case "structure":
            yield "type", "object"
            yield "properties", {name: to(it) for name, it in shape["members"].items()}
            yield "additionalProperties", False
            if "required" in shape:
                yield "required", shape["required"]
        case "list":
            yield "type", "array"
            yield "items", to(shape["member"])
        case "map":
            yield "type", "object"
            yield "additionalProperties", to(shape["value"])
        case "string" | "blob":
            yield "type", "string"
            for ours, theirs in (("minLength", "min"), ("maxLength", "max"), ("enum", "enum")):
                if theirs in shape:
                    yield ours, shape[theirs]
        case kind:
            yield "type", kind if kind in ("boolean", "integer") else "number"


@cache
def _key_and_certificate(region: str) -> tuple[rsa.RSAPrivateKey, bytes]:
    """A key, and the certificate that says it is SNS's."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"sns.{region}.amazonaws.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=730))
        .sign(key, hashes.SHA256())
    )
    return key, certificate.public_bytes(serialization.Encoding.PEM)
