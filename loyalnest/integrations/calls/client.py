"""A line to a vendor: one client for HTTP, and a time in which it must answer."""

import asyncio
import io
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
import certifi

from loyalnest.kernel.clock import Clock

TIMEOUT_S = 5.0
_CONNECT_S, _KEPT_S = 3.0, 5.0
_ANSWER_BYTES = 1_000_000
_LONGEST_WAIT = timedelta(days=1)
# What goes wrong before the first byte of a request is on its way.
_NOT_BEGUN = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Way:
    """How a vendor is called: where, by which clock, and how long it has to answer."""

    base_url: str
    clock: Clock
    timeout_s: float = TIMEOUT_S


class Unreached(Exception):
    """The vendor was not reached, so it has certainly done nothing."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


class Unclear(Exception):
    """A request went out and no answer came that makes sense: it may have been carried out."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Said:
    """What a vendor answered."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_yes(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises Unclear for anything else."""
        try:
            found: Any = json.loads(self.body)
        except ValueError:
            raise Unclear("garbage") from None
        if not isinstance(found, dict):
            raise Unclear("garbage")
        return cast(dict[str, Any], found)

    def json_or_nothing(self) -> dict[str, Any]:
        """The body as an object; an empty one where it is none."""
        try:
            return self.json()
        except Unclear:
            return {}

    def retry_after(self, now: datetime) -> timedelta | None:
        """For how long the vendor wants to be left alone: seconds or a date, at most a day."""
        told = self.headers.get("retry-after", "").strip()
        try:
            wait = (
                timedelta(seconds=float(told))
                if told[:1].isdigit() and told.replace(".", "", 1).isdigit()
                else parsedate_to_datetime(told).astimezone(UTC) - now
            )
        except (ValueError, TypeError, OverflowError):
            return None
        return min(max(wait, timedelta()), _LONGEST_WAIT)


class Line:
    """Calls to one vendor for one account. Redirects are not followed, and no cookies kept.

    Nothing is tried again here, and a vendor that is down is not left alone: both are for whoever
    has all workers and all that waits before them, which is messaging, and sinks. To be opened
    where an event loop runs.
    """

    def __init__(
        self,
        way: Way,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        connections: int = 32,
    ):
        self._timeout_s = way.timeout_s
        self._base_url = way.base_url.rstrip("/")
        always = {"user-agent": "LoyalNest", "accept-encoding": "identity", **(headers or {})}
        if auth:
            always["authorization"] = aiohttp.encode_basic_auth(*auth)
        self._client = aiohttp.ClientSession(
            headers=always,
            timeout=aiohttp.ClientTimeout(connect=min(_CONNECT_S, way.timeout_s)),
            connector=aiohttp.TCPConnector(
                limit=connections, keepalive_timeout=_KEPT_S, ssl=_trust()
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=["content-type"],
            auto_decompress=False,
        )

    async def ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Said:
        """Make one call. Raises Unreached and Unclear."""
        if form is not None:
            content, headers = urlencode(form).encode(), {"content-type": _FORM, **(headers or {})}
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._ask(method, path, content, params, headers)
        except _NOT_BEGUN as error:
            raise Unreached(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unclear(type(error).__name__) from None

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()

    async def _ask(
        self,
        method: str,
        path: str,
        content: bytes | None,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
    ) -> Said:
        url = f"{self._base_url}{path}" if path.startswith("/") else path
        # What is long goes out in parts, for to write it at once would hold up all others.
        outgoing = None if content is None else io.BytesIO(content)
        async with self._client.request(
            method, url, data=outgoing, params=params, headers=headers, allow_redirects=False
        ) as answer:
            body = b""
            async for part in answer.content.iter_any():
                body += part
                if len(body) > _ANSWER_BYTES:
                    raise Unclear("too_long")
            told = {name.lower(): value for name, value in answer.headers.items()}
            return Said(answer.status, told, body)


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust; made once, for to read the certificates of the world takes its time."""
    return ssl.create_default_context(cafile=certifi.where())
