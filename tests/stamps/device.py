"""A stamper as tests hold it: a key, a counter, and the words it signs."""

import base64
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.conftest import NOW
from tests.doors import bearing


def text64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Device:
    """A phone that was paired."""

    client: httpx.AsyncClient
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: str = ""
    token: str = ""
    clerk: str = ""
    counters: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def jwk(self) -> dict[str, str]:
        public = self.key.public_key().public_numbers()
        x, y = (text64(it.to_bytes(32)) for it in (public.x, public.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    async def pairs(self, code: str) -> dict[str, Any]:
        body = {"code": code, "public_key": self.jwk, "device_name": "Chrome, Android"}
        answer = await self.client.post("/v1/api/stamper/pair", json=body)
        assert answer.status_code == 201, answer.text
        self.id, self.token = answer.json()["stamper_id"], answer.json()["token"]
        return answer.json()

    def signs(self, payload: str) -> dict[str, str]:
        r, s = decode_dss_signature(self.key.sign(payload.encode(), ec.ECDSA(hashes.SHA256())))
        return {"payload": payload, "signature": text64(r.to_bytes(32) + s.to_bytes(32))}

    def wish(self, kind: str = "stamp", *, at: datetime = NOW, **said: Any) -> dict[str, str]:
        """One intent, signed."""
        payload = {
            "v": 1,
            "stamper": self.id,
            "counter": said.pop("counter", None) or next(self.counters),
            "at": at.isoformat(),
            "clerk": self.clerk,
            "kind": kind,
            "confirmed": False,
            "offline": False,
        } | said
        return self.signs(text64(json.dumps(payload).encode()))

    async def asks(self, method: str, path: str, **body: Any) -> httpx.Response:
        return await self.client.request(
            method, f"/v1/api/stamper/{path}", headers=bearing(self.token), **body
        )

    async def sends(self, *wishes: dict[str, str]) -> list[dict[str, Any]]:
        answer = await self.asks("POST", "intents", json={"intents": list(wishes)})
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    async def sends_one(self, kind: str = "stamp", **said: Any) -> dict[str, Any]:
        (result,) = await self.sends(self.wish(kind, **said))
        return result
