"""What Google tells is believed when Google signed it, for this issuer, and lately."""

import base64
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette

from loyalnest.integrations import google
from loyalnest.integrations.calls import Line, Way
from loyalnest.wallet import Saved
from tests.emulators import GoogleWallet, Say

URL = "http://test/wallet/google/callback"


@dataclass
class Ear:
    """Our door, and what was believed."""

    vendor: GoogleWallet
    client: httpx.AsyncClient
    heard: list[Saved] = field(default_factory=list[Saved])

    @property
    def card(self) -> str:
        return f"{self.vendor.issuer_id}.{'a' * 32}"

    async def hears(self, callback: Any) -> int:
        return (await callback.deliver(self.client)).status_code


@pytest.fixture
async def ear() -> AsyncGenerator[Ear]:
    async with GoogleWallet() as vendor:
        heard: list[Saved] = []

        async def note(told: Saved) -> None:
            heard.append(told)

        def clock() -> datetime:
            return vendor.now

        keys = google.RootKeys(
            lambda: Line(Way(vendor.url, clock)), f"{vendor.url}/gp/m/issuer/keys", clock
        )
        callbacks = google.Callbacks(vendor.issuer_id, keys, note, clock=clock)
        app = Starlette(routes=[google.callback_route(callbacks)])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            yield Ear(vendor, client, heard)


async def test_a_save_and_a_removal_are_heard(ear: Ear) -> None:
    assert await ear.hears(ear.vendor.tell(URL, ear.card, "save")) == 200
    assert await ear.hears(ear.vendor.tell(URL, ear.card, "del")) == 200
    assert [(it.serial, it.saved) for it in ear.heard] == [("a" * 32, True), ("a" * 32, False)]


@pytest.mark.parametrize(
    "told",
    [
        {"recipient": "3388000000099999999"},
        {"key_good_for": timedelta(days=-1)},
        {"good_for": timedelta(seconds=-1)},
    ],
)
async def test_what_is_for_another_issuer_or_too_old_is_not_believed(
    ear: Ear, told: dict[str, Any]
) -> None:
    assert await ear.hears(ear.vendor.tell(URL, ear.card, **told)) == 401
    assert ear.heard == []


async def test_what_was_changed_on_the_way_is_not_believed(ear: Ear) -> None:
    callback = ear.vendor.tell(URL, ear.card)
    body = json.loads(callback.body)
    changed = {**body, "signedMessage": body["signedMessage"].replace("save", "del ")}
    for each in (changed, {**body, "protocolVersion": "ECv1"}, {**body, "signature": ""}, {}):
        assert await ear.hears(callback.but(body=json.dumps(each).encode())) == 401
    assert await ear.hears(callback.but(body=b"[]")) == 400
    assert ear.heard == []


async def test_a_key_that_google_never_signed_signs_nothing(ear: Ear) -> None:
    forged = ec.generate_private_key(ec.SECP256R1())
    callback = ear.vendor.tell(URL, ear.card)
    body = json.loads(callback.body)
    der = forged.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    told = json.loads(body["intermediateSigningKey"]["signedKey"])
    told["keyValue"] = base64.b64encode(der).decode()
    body["intermediateSigningKey"]["signedKey"] = json.dumps(told)
    parts = [it.encode() for it in ("GooglePayPasses", ear.vendor.issuer_id, "ECv2SigningOnly")]
    parts.append(body["signedMessage"].encode())
    joined = b"".join(len(it).to_bytes(4, "little") + it for it in parts)
    body["signature"] = base64.b64encode(forged.sign(joined, ec.ECDSA(SHA256()))).decode()
    assert await ear.hears(callback.but(body=json.dumps(body).encode())) == 401
    assert ear.heard == []


async def test_a_new_root_key_is_fetched_and_that_not_for_every_forgery(ear: Ear) -> None:
    await ear.hears(ear.vendor.tell(URL, ear.card))
    ear.vendor.renew_root()
    ear.vendor.now += timedelta(hours=1)
    assert await ear.hears(ear.vendor.tell(URL, ear.card)) == 200
    fetched = len(ear.vendor.requests)
    for _ in range(5):
        assert await ear.hears(ear.vendor.tell(URL, ear.card).but(body=b"{}")) == 401
    assert len(ear.vendor.requests) == fetched


async def test_while_googles_keys_are_away_it_is_asked_to_come_again(ear: Ear) -> None:
    ear.vendor.then(Say(503))
    assert await ear.hears(ear.vendor.tell(URL, ear.card)) == 503
    assert await ear.hears(ear.vendor.tell(URL, ear.card)) == 200


async def test_a_message_that_google_itself_once_signed_has_the_form_that_is_read_here() -> None:
    """Recorded by a stranger in 2023: the key is long over, so that only the form can be held."""
    issuer_id = "3388000000022211970"
    told = {
        "classId": f"{issuer_id}.membercard",
        "objectId": f"{issuer_id}.20233587",
        "eventType": "save",
        "expTimeMillis": 1692032148434,
        "count": 1,
        "nonce": "22729f93-640a-40fc-9679-02d6fab107a0",
    }
    body = {
        "signature": "MEQCICNRcl4MLW0d5hcFi/h2OijYW2boEU5IS9I37wOJO0v8AiB0et62sYYI00gO4QeXS0ZlLCj"
        "pkLqvLk4SsCx6f5jfyQ==",
        "protocolVersion": "ECv2SigningOnly",
        "signedMessage": json.dumps(told, separators=(",", ":")),
    }
    der = (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEIQab9kGfAsSgBnFPMXGXlOpL7WhWqCYC/FjS70H4bhp/qbyaBIMR"
        "3R98cEylL4jCJiVFQ8dtltpr3NCzq/iTgg=="
    )
    # Signed anew with a root of ours, for Google's of that year are not at hand.
    root = ec.generate_private_key(ec.SECP256R1())
    signed_key = json.dumps({"keyValue": der, "keyExpiration": "1692688147000"})
    parts = [it.encode() for it in ("GooglePayPasses", "ECv2SigningOnly", signed_key)]
    joined = b"".join(len(it).to_bytes(4, "little") + it for it in parts)
    signature = base64.b64encode(root.sign(joined, ec.ECDSA(SHA256()))).decode()
    body["intermediateSigningKey"] = {"signedKey": signed_key, "signatures": [signature]}  # type: ignore[assignment]

    def then() -> datetime:
        return datetime(2023, 8, 14, 16, 0, tzinfo=UTC)

    async def note(_: Saved) -> None: ...

    keys = google.RootKeys(lambda: Line(Way("http://127.0.0.1:1", then)), "/", then)
    callbacks = google.Callbacks(issuer_id, keys, note, clock=then)
    found = callbacks.read(body, [root.public_key()])
    assert found == Saved("20233587", True, "22729f93-640a-40fc-9679-02d6fab107a0")
