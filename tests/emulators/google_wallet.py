"""Google Wallet: loyalty classes and objects, save links and the callbacks they bring.

Requests are held against the discovery document. What that doesn't say is as Google's pages do:
https://developers.google.com/wallet/retail/loyalty-cards.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from jsonschema_rs import Draft7Validator

from tests.conftest import NOW
from tests.emulators.published import FOLDER
from tests.emulators.vendor import Callback, Refused, Vendor
from tests.emulators.wire import Answer, Request

_SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ID = re.compile(r"(\d+)\.[\w.-]+")
_LINK_AT_MOST = 1800
_NOTIFIED_AT_MOST = 3
_UNDER_REVIEW, _DRAFT = {"UNDER_REVIEW", "underReview"}, {"DRAFT", "draft"}


class GoogleWallet(Vendor):
    """Google, with one issuer."""

    def __init__(self, *, per_second: int | None = None):
        super().__init__(per_second=per_second)
        self.issuer_id = "3388000000012345678"
        self.email = "cards@loyalnest.iam.gserviceaccount.example"
        self.now = NOW
        self.classes: dict[str, dict[str, Any]] = {}
        self.objects: dict[str, dict[str, Any]] = {}
        self.notified: dict[str, list[datetime]] = {}
        """When a phone spoke up of an object."""
        self._published = _Published()
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._tokens: set[str] = set()
        self._root = ec.generate_private_key(ec.SECP256R1())
        self._signing = ec.generate_private_key(ec.SECP256R1())
        self._told = 0

    def account_file(self) -> dict[str, str]:
        """What Google hands out for a service account, as its file has it."""
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return {
            "type": "service_account",
            "client_email": self.email,
            "private_key_id": "k1",
            "private_key": pem.decode(),
            "token_uri": f"{self.url}/token",
        }

    def carry_out(self, request: Request) -> Answer:
        if request.path == "/token":
            return self._grant(request)
        if request.path == "/gp/m/issuer/keys":
            return Answer.of(200, {"keys": [self._root_key()]})
        self._check_who(request)
        method, name = self._published.find(request)
        body: dict[str, Any] = json.loads(request.body or b"{}")
        for fault in self._published.faults(method, body):
            raise _refused(400, "invalid", fault)
        if "loyaltyClass" in request.path:
            return self._on_class(method, name, body)
        return self._on_object(method, name, body)

    def approve(self) -> None:
        """Google has looked at the classes."""
        for each in self.classes.values():
            each["reviewStatus"] = "APPROVED"

    def save(self, link: str) -> str:
        """Somebody opens a save link and keeps the pass. Returns the object's id."""
        assert len(link) < _LINK_AT_MOST, len(link)
        token = link.rpartition("/")[2]
        claims = jwt.decode(token, self._key.public_key(), algorithms=["RS256"], audience="google")
        assert (claims["iss"], claims["typ"]) == (self.email, "savetowallet")
        (named,) = claims["payload"]["loyaltyObjects"]
        known = self.objects[named["id"]]
        known["hasUsers"] = True
        return str(named["id"])

    def tell(
        self,
        url: str,
        object_id: str,
        event: str = "save",
        *,
        nonce: str | None = None,
        key_good_for: timedelta = timedelta(days=7),
        good_for: timedelta = timedelta(hours=1),
        recipient: str | None = None,
    ) -> Callback:
        """What Google sends when somebody saved or removed a pass."""
        self._told += 1
        message = json.dumps(
            {
                "classId": self.objects.get(object_id, {}).get("classId", ""),
                "objectId": object_id,
                "eventType": event,
                "expTimeMillis": _ms(self.now + good_for),
                "count": 1,
                "nonce": nonce or f"nonce-{self._told}",
            },
            separators=(",", ":"),
        )
        signed_key = json.dumps(
            {
                "keyValue": _public(self._signing),
                "keyExpiration": str(_ms(self.now + key_good_for)),
            }
        )
        whose = recipient or self.issuer_id
        body = {
            "signature": _sign(self._signing, "GooglePayPasses", whose, _PROTOCOL, message),
            "intermediateSigningKey": {
                "signedKey": signed_key,
                "signatures": [_sign(self._root, "GooglePayPasses", _PROTOCOL, signed_key)],
            },
            "protocolVersion": _PROTOCOL,
            "signedMessage": message,
        }
        return Callback(url, json.dumps(body).encode(), {"content-type": "application/json"})

    def renew_root(self) -> None:
        """Google signs with another root key from now on."""
        self._root = ec.generate_private_key(ec.SECP256R1())

    def _grant(self, request: Request) -> Answer:
        form = dict(request.form())
        claims = jwt.decode(
            form["assertion"],
            self._key.public_key(),
            algorithms=["RS256"],
            audience=f"{self.url}/token",
            options={"verify_exp": False, "verify_iat": False},
        )
        good = (
            form["grant_type"] == _GRANT
            and claims["iss"] == self.email
            and claims["scope"] == _SCOPE
            and 0 < claims["exp"] - claims["iat"] <= 3600
        )
        if not good:
            return Answer.of(400, {"error": "invalid_grant"})
        token = f"ya29.{len(self._tokens)}"
        self._tokens.add(token)
        return Answer.of(200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def forget_tokens(self) -> None:
        """No access token is good any more."""
        self._tokens.clear()

    def _check_who(self, request: Request) -> None:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer not in self._tokens:
            raise _refused(401, "authError", "Invalid Credentials")

    def _on_class(self, method: str, name: str | None, body: dict[str, Any]) -> Answer:
        if method == "insert":
            self._check_id(body["id"])
            if body["id"] in self.classes:
                raise _refused(409, "existingResource", "The class exists already.")
            if body["reviewStatus"] not in _UNDER_REVIEW | _DRAFT:
                raise _refused(400, "invalidReviewStatus", "A class begins as draft or in review.")
            self.classes[body["id"]] = body
            return Answer.of(200, body)
        known = self.classes.get(name or "")
        if known is None:
            raise _refused(404, "classNotFound", f"The class {name} was not found.")
        if method == "patch":
            was = known["reviewStatus"]
            wanted = body.get("reviewStatus", was)
            if wanted in _DRAFT and was not in _DRAFT:
                raise _refused(400, "invalidReviewStatus", "A class can't go back to draft.")
            if wanted not in _UNDER_REVIEW | _DRAFT:
                raise _refused(400, "invalidReviewStatus", "Only Google approves.")
            _merge(known, body)
            if was == "APPROVED":
                known["reviewStatus"] = was
        return Answer.of(200, known)

    def _on_object(self, method: str, name: str | None, body: dict[str, Any]) -> Answer:
        if method == "insert":
            self._check_id(body["id"])
            if body["id"] in self.objects:
                raise _refused(409, "existingResource", "The object exists already.")
            self._check_object(body)
            self.objects[body["id"]] = body
            return Answer.of(200, body)
        known = self.objects.get(name or "")
        if known is None:
            raise _refused(404, "resourceNotFound", f"The object {name} was not found.")
        if method == "patch":
            changed = json.loads(json.dumps(known))
            notifies = body.pop("notifyPreference", "") == "NOTIFY_ON_UPDATE"
            _merge(changed, body)
            self._check_object(changed)
            if notifies and changed["loyaltyPoints"] != known["loyaltyPoints"]:
                self._notify(str(name))
            self.objects[str(name)] = changed
            return Answer.of(200, changed)
        return Answer.of(200, known)

    def _notify(self, name: str) -> None:
        since = self.now - timedelta(hours=24)
        recent = [at for at in self.notified.get(name, []) if at > since]
        if len(recent) >= _NOTIFIED_AT_MOST:
            raise _refused(429, "QuotaExceededException", "Too many notifications for this pass.")
        self.notified[name] = [*recent, self.now]

    def _check_id(self, name: str) -> None:
        found = _ID.fullmatch(name)
        if not found or found[1] != self.issuer_id:
            raise _refused(400, "invalidResource", f"The id {name} is not of this issuer.")

    def _check_object(self, shape: Mapping[str, Any]) -> None:
        if shape["classId"] not in self.classes:
            raise _refused(404, "classNotFound", "The class was not found.")
        balance = shape.get("loyaltyPoints", {}).get("balance", {})
        if len(balance) != 1:
            raise _refused(400, "invalid", "A balance has exactly one form.")

    def _root_key(self) -> dict[str, str]:
        return {
            "keyValue": _public(self._root),
            "protocolVersion": _PROTOCOL,
            "keyExpiration": str(_ms(self.now + timedelta(days=365))),
        }


_PROTOCOL = "ECv2SigningOnly"


class _Published:
    """The discovery document: what there is to ask for, and what a body may hold."""

    def __init__(self) -> None:
        document = json.loads((FOLDER / "google-wallet.discovery.json").read_text())
        root: str = "/" + document["servicePath"]
        self._methods = [
            (method["httpMethod"], _pattern(root + method["path"]), name, method.get("request"))
            for resource in document["resources"].values()
            for name, method in resource["methods"].items()
        ]
        self._schemas = {name: _schema(each) for name, each in document["schemas"].items()}
        self._required = {
            name: [
                field
                for field, it in each.get("properties", {}).items()
                if it.get("description") == "Required."
            ]
            for name, each in document["schemas"].items()
        }
        self._asked: tuple[str, str] = ("", "")

    def find(self, request: Request) -> tuple[str, str | None]:
        """The method's name and the resource's. Raises Refused."""
        for verb, path, name, body in self._methods:
            found = path.fullmatch(request.path)
            if verb == request.method and found:
                self._asked = (name, body["$ref"] if body else "")
                return name, found.groupdict().get("resourceId")
        raise _refused(404, "notFound", f"There is no {request.method} {request.path}.")

    def faults(self, method: str, body: Mapping[str, Any]) -> Iterator[str]:
        """Where a body departs from what is published: a wrong type, an unknown field or word."""
        schema = self._asked[1]
        if not schema:
            return
        rooted = {"$ref": f"#/definitions/{schema}", "definitions": self._schemas}
        for error in Draft7Validator(rooted).iter_errors(body):
            yield f"{'/'.join(map(str, error.instance_path))}: {error.message}"
        if method in ("insert", "update"):
            for field in self._required[schema]:
                if field not in body:
                    yield f"{field}: required"


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))


def _schema(given: Any) -> dict[str, Any]:
    """Discovery's dialect as JSON Schema: references by name, and nothing that isn't published."""
    shape = cast("dict[str, Any]", given)
    if "$ref" in shape:
        return {"$ref": f"#/definitions/{shape['$ref']}"}
    read: dict[str, Any] = {k: v for k, v in shape.items() if k in ("type", "enum", "pattern")}
    if read.get("type") == "any":
        return {}
    if "items" in shape:
        read["items"] = _schema(shape["items"])
    if "properties" in shape:
        read["properties"] = {name: _schema(it) for name, it in shape["properties"].items()}
        read["additionalProperties"] = False
    if shape.get("type") == "string" and "enum" not in shape:
        # Google puts texts that are empty away as if they were not there.
        read["minLength"] = 1
    return read


def _merge(known: dict[str, Any], body: Mapping[str, Any]) -> None:
    """A change: what is named is replaced, lists as a whole; what isn't stays."""
    for name, value in body.items():
        if isinstance(value, dict) and isinstance(known.get(name), dict):
            _merge(known[name], cast("dict[str, Any]", value))
        else:
            known[name] = value


def _refused(status: int, reason: str, message: str) -> Refused:
    error = {
        "code": status,
        "message": message,
        "errors": [{"reason": reason, "message": message, "domain": "walletobjects"}],
    }
    return Refused(Answer.of(status, {"error": error}))


def _sign(key: ec.EllipticCurvePrivateKey, *parts: str) -> str:
    told = [part.encode() for part in parts]
    joined = b"".join(len(part).to_bytes(4, "little") + part for part in told)
    return base64.b64encode(key.sign(joined, ec.ECDSA(SHA256()))).decode()


def _public(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
