"""What SNS delivers: who signed it, and whether that was SNS.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. A delivery names the
address of the certificate that it was signed with, and may have been sent by anybody: only SNS's
own hosts are ever asked, over HTTPS, for a path that is a certificate's.
"""

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from loyalnest.integrations.calls import Line, Said, Unclear, Unreached, Way
from loyalnest.integrations.reports import ReportUnsigned
from loyalnest.kernel import clock
from loyalnest.kernel.errors import Unavailable

Fetch: TypeAlias = Callable[[str], Awaitable[bytes]]
"""Gets what is at an address. Raises CertificateUnavailable."""

_HOST = re.compile(r"sns\.[a-z]{2}(-[a-z]+)+-\d\.amazonaws\.com(\.cn)?")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]{1,64}\.pem")
_FIELDS: Mapping[str, tuple[str, ...]] = {
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
    "UnsubscribeConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
_DIGESTS: Mapping[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303
_REMEMBERED = 20


class CertificateUnavailable(Unavailable):
    """The certificate that this was signed with can't be had right now; send it again."""


class Certificates:
    """SNS's certificates, each fetched once."""

    def __init__(self, fetch: Fetch):
        self._fetch = fetch
        self._keys: dict[str, rsa.RSAPublicKey] = {}
        self._turn = asyncio.Lock()

    async def key_of(self, url: str) -> rsa.RSAPublicKey:
        """The key of the certificate at this address. Raises ReportUnsigned for any other's."""
        known = self._keys.get(url)
        if known:
            return known
        if not is_certificate(url):
            raise ReportUnsigned
        async with self._turn:
            if url not in self._keys:
                found = _key_in(await self._fetch(url))
                if len(self._keys) >= _REMEMBERED:
                    self._keys.clear()
                self._keys[url] = found
            return self._keys[url]

    async def confirm(self, url: str, topic: str) -> None:
        """Tell SNS that a topic's deliveries are wanted. Raises ReportUnsigned for other places."""
        if not is_confirmation(url, topic):
            raise ReportUnsigned
        await self._fetch(url)


async def check(told: Mapping[str, Any], certificates: Certificates) -> None:
    """Make sure that SNS signed this. Raises ReportUnsigned."""
    fields = _FIELDS.get(str(told.get("Type")))
    digest = _DIGESTS.get(str(told.get("SignatureVersion")))
    if fields is None or digest is None:
        raise ReportUnsigned
    key = await certificates.key_of(str(told.get("SigningCertURL", "")))
    text = "".join(f"{name}\n{told[name]}\n" for name in fields if isinstance(told.get(name), str))
    try:
        signature = base64.b64decode(str(told.get("Signature", "")), validate=True)
        key.verify(signature, text.encode(), padding.PKCS1v15(), digest)
    except (ValueError, InvalidSignature):
        raise ReportUnsigned from None


def is_certificate(url: str) -> bool:
    """Whether a certificate of SNS's is at this address."""
    return _is_of_sns(url) and bool(_CERTIFICATE.fullmatch(urlsplit(url).path)) and "?" not in url


def is_confirmation(url: str, topic: str) -> bool:
    """Whether this address confirms a subscription to this topic and does nothing else."""
    if not _is_of_sns(url):
        return False
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    return (
        parts.path == "/"
        and asked.get("Action") == ["ConfirmSubscription"]
        and asked.get("TopicArn") == [topic]
    )


async def fetch(url: str) -> bytes:
    """Get what is at an address; no redirect is followed. Raises CertificateUnavailable."""
    parts = urlsplit(url)
    line = Line(Way(f"{parts.scheme}://{parts.netloc}", clock.now))
    try:
        said: Said = await line.ask("GET", url)
    except (Unreached, Unclear):
        raise CertificateUnavailable from None
    finally:
        await line.close()
    if not said.is_yes:
        raise CertificateUnavailable
    return said.body


def _is_of_sns(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    # The whole of what names the host: no user, no port, nothing that another reader reads apart.
    return (
        parts.scheme == "https"
        and port is None
        and bool(_HOST.fullmatch(parts.netloc))
        and url.isascii()
        and url.isprintable()
        and "\\" not in url
        and "#" not in url
    )


def _key_in(pem: bytes) -> rsa.RSAPublicKey:
    try:
        key = x509.load_pem_x509_certificate(pem).public_key()
    except ValueError:
        raise CertificateUnavailable from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ReportUnsigned
    return key
