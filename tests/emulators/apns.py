"""Apple's push service, in a process of its own on Node's HTTP/2: see `apns.mjs`."""

import asyncio
import ipaddress
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from loyalnest.kernel import clock
from web.build import with_node

_SCRIPT = Path(__file__).with_name("apns.mjs")


@dataclass(frozen=True, slots=True)
class Seen:
    """What came."""

    requests: int
    accepted: int
    connections: int
    most: int
    """At most so many at once."""
    tokens: Sequence[tuple[str, int]]
    """Each with what it was answered; 0 for not at all."""
    last: Mapping[str, Any]
    """The headers of the last request, and its `body`."""


@dataclass(frozen=True, slots=True)
class Apns:
    """A push service that listens."""

    url: str
    authorities: Path
    """Whom to trust to find it trustworthy."""
    control: str

    async def trouble(self, **what: Any) -> None:
        """What goes wrong from now on, in place of what did: see `trouble` in `apns.mjs`."""
        async with httpx.AsyncClient(trust_env=False) as client:
            (await client.post(self.control, json=what)).raise_for_status()

    async def seen(self) -> Seen:
        """What came until now."""
        async with httpx.AsyncClient(trust_env=False) as client:
            told = (await client.get(self.control)).json()
        tokens = [(token, status) for token, status in told["tokens"]]
        counts = {name: told[name] for name in ("requests", "accepted", "connections", "most")}
        return Seen(**counts, tokens=tokens, last=told["last"] or {})


@asynccontextmanager
async def apns(folder: Path, *, trusted: Path, topic: str, streams: int) -> AsyncGenerator[Apns]:
    """A push service for one topic, which trusts whoever this authority stands for."""
    key, certificate = folder / "apns-key.pem", folder / "apns.pem"
    _write_certificate(key, certificate)
    paths = {"key": str(key), "certificate": str(certificate), "trusted": str(trusted)}
    settings = json.dumps({**paths, "topic": topic, "streams": streams})
    process = await asyncio.create_subprocess_exec(
        *("node", str(_SCRIPT), settings),
        env=with_node().environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    where = json.loads(await process.stdout.readline())
    url = f"https://localhost:{where['port']}"
    yield Apns(url, certificate, f"http://127.0.0.1:{where['control']}/")
    process.stdin.close()
    await process.wait()


def _write_certificate(key_path: Path, path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .sign(key, hashes.SHA256())
    )
    key_path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.write_bytes(certificate.public_bytes(Encoding.PEM))
