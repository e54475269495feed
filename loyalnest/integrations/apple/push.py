"""Phones told, by Apple's push service, that a pass of theirs changed.

https://developer.apple.com/documentation/walletpasses/adding-a-web-service-to-update-passes and
https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns.
A push says nothing but that there is something new; to send one twice does no harm. The connection
is opened with the certificate that signs the passes, and kept.
"""

import asyncio
import logging
import random
import re
import ssl
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import certifi
import structlog
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hpack import NeverIndexedHeaderTuple

from loyalnest.integrations.apple.certificates import Identity
from loyalnest.integrations.apple.line import (
    SIDE_BY_SIDE,
    Answered,
    Broken,
    Distrusted,
    Goodbye,
    Headers,
    Line,
    open_line,
)
from loyalnest.kernel.clock import Clock
from loyalnest.wallet import PushOutcome, Told

log = structlog.get_logger(__name__)

TIMEOUT_S = 10.0
_PAUSES_S = (0.5, 2.0)
_LONGEST_WAIT_S = 5.0
_GOODBYES = 5
# What was silent for so long may be gone without a word, by the way of a router in between.
_SILENT_S = 60.0
_LEFT_ALONE_S = 5.0
_KEPT_FOR, _EPOCH = timedelta(days=30), date(1970, 1, 1)
_DAY_S = 86_400
_BODY = b"{}"
_TOKEN = re.compile(r"[0-9A-Fa-f]{1,200}")
# The phone gave the pass up, or never had it.
_GONE = frozenset({"BadDeviceToken", "Unregistered", "ExpiredToken"})


class ApplePushes:
    """Tells phones, as the holder of one certificate."""

    def __init__(
        self,
        identity: Identity,
        clock: Clock,
        *,
        url: str,
        authorities: Path | None = None,
        timeout_s: float = TIMEOUT_S,
        pauses_s: Sequence[float] = _PAUSES_S,
        silent_s: float = _SILENT_S,
    ):
        """`authorities` are whom to trust instead of everybody's; for trying things out."""
        self._identity = identity
        self._clock = clock
        self._address = urlsplit(url)
        self._authorities = authorities
        self._timeout_s, self._pauses_s, self._silent_s = timeout_s, pauses_s, silent_s
        self._tls: ssl.SSLContext | None = None
        self._line: Line | None = None
        self._opening = asyncio.Lock()
        self._unreached: tuple[float, Broken] | None = None

    async def push(self, tokens: Sequence[str]) -> list[PushOutcome]:
        """Tell these phones, side by side; an outcome for each, in their order."""
        outcomes = [PushOutcome(Told.LATER)] * len(tokens)
        left = iter(enumerate(tokens))

        async def work() -> None:
            for place, token in left:
                outcomes[place] = await self._tell(token)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(SIDE_BY_SIDE, len(tokens))):
                group.create_task(work())
        self._note(outcomes)
        return outcomes

    async def close(self) -> None:
        """Hang up."""
        if self._line:
            self._line.close()

    async def _tell(self, token: str) -> PushOutcome:
        """Tell one phone; where there is trouble, again after a pause."""
        if not _TOKEN.fullmatch(token):
            return PushOutcome(Told.GONE, "BadDeviceToken")
        for pause_s in self._pauses_s:
            outcome = await self._tell_once(token)
            wait_s = pause_s * (0.5 + random.random())  # noqa: S311
            if outcome.retry_after:
                wait_s = max(wait_s, outcome.retry_after.total_seconds())
            if outcome.told is not Told.LATER or wait_s > _LONGEST_WAIT_S or self._is_unreached():
                return outcome
            await asyncio.sleep(wait_s)
        return await self._tell_once(token)

    async def _tell_once(self, token: str) -> PushOutcome:
        try:
            return _outcome_of(await self._ask(token))
        except Distrusted as error:
            return PushOutcome(Told.REFUSED, error.why)
        except Broken as error:
            return PushOutcome(Told.LATER, error.why)

    async def _ask(self, token: str) -> Answered:
        """Ask over the connection there is, and over the next where that one is being wound up."""
        for _ in range(_GOODBYES):
            with suppress(Goodbye):
                return await (await self._open_line()).ask(self._headers(token), _BODY)
        return await (await self._open_line()).ask(self._headers(token), _BODY)

    def _headers(self, token: str) -> Headers:
        keep_until = self._clock().date() + _KEPT_FOR
        return [
            (b":method", b"POST"),
            (b":scheme", b"https"),
            (b":authority", self._address.netloc.encode()),
            # Another one each time: nothing to be remembered by either side.
            NeverIndexedHeaderTuple(b":path", f"/3/device/{token}".encode()),
            (b"apns-topic", self._identity.pass_type.encode()),
            (b"apns-push-type", b"background"),
            (b"apns-priority", b"5"),
            (b"apns-expiration", str((keep_until - _EPOCH).days * _DAY_S).encode()),
        ]

    async def _open_line(self) -> Line:
        """The connection that there is, or a new one. Raises Broken, Distrusted."""
        line = self._line
        if line and not line.broken and line.idle_s < self._silent_s:
            return line
        async with self._opening:
            if self._unreached and self._is_unreached():
                raise self._unreached[1].anew()
            line = self._line
            if line and (line.idle_s < self._silent_s or await line.is_alive()) and not line.broken:
                return line
            self._line = await self._opened()
            return self._line

    async def _opened(self) -> Line:
        loop = asyncio.get_running_loop()
        if self._tls is None:
            self._tls = await asyncio.to_thread(_tls_of, self._identity, self._authorities)
        host, port = self._address.hostname or "", self._address.port or 443
        try:
            line = await open_line(host, port, self._tls, timeout_s=self._timeout_s)
        except Broken as error:
            self._unreached = (loop.time() + _LEFT_ALONE_S, error)
            raise
        self._unreached = None
        return line

    def _is_unreached(self) -> bool:
        """Whether nobody was there a moment ago, so that not everybody has to find out alone."""
        if self._unreached is None:
            return False
        return asyncio.get_running_loop().time() < self._unreached[0]

    def _note(self, outcomes: Sequence[PushOutcome]) -> None:
        for told, level in ((Told.REFUSED, logging.ERROR), (Told.LATER, logging.WARNING)):
            reasons = Counter(str(it.reason) for it in outcomes if it.told is told)
            if reasons:
                log.log(level, f"apple.pushes_{told}", reasons=dict(reasons))


def _outcome_of(answered: Answered) -> PushOutcome:
    status = answered.status
    if status == 200:
        return PushOutcome(Told.TAKEN)
    said = answered.json().get("reason")
    reason = str(said)[:100] if said else str(status)
    if status == 410 or reason in _GONE:
        return PushOutcome(Told.GONE, reason)
    if status == 429 or status >= 500:
        return PushOutcome(Told.LATER, reason, _retry_after(answered))
    return PushOutcome(Told.REFUSED, reason)


def _retry_after(answered: Answered) -> timedelta | None:
    told = answered.headers.get("retry-after", "")
    return timedelta(seconds=int(told[:6])) if told.isdecimal() else None


def _tls_of(identity: Identity, authorities: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authorities or certifi.where()))
    context.set_alpn_protocols(["h2"])
    chain = [it.public_bytes(Encoding.PEM) for it in (identity.certificate, identity.intermediate)]
    key = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # The library reads a certificate from files alone. The folder is ours, and gone at once.
    with tempfile.TemporaryDirectory(prefix="loyalnest-") as folder:
        path = Path(folder) / "identity.pem"
        path.touch(mode=0o600)
        path.write_bytes(key + b"".join(chain))
        context.load_cert_chain(path)
    return context
