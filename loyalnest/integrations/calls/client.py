"""A line to a vendor: one client for HTTP, and a time in which it must answer."""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, cast

import httpx

from loyalnest.kernel.clock import Clock

TIMEOUT_S = 5.0
_CONNECT_S = 3.0
_ANSWER_BYTES = 1_000_000
_LONGEST_WAIT = timedelta(days=1)
# What goes wrong before the first byte of a request is on its way.
_NOT_BEGUN = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


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
    """Calls to one vendor for one account. Redirects are not followed.

    Nothing is tried again here, and a vendor that is down is not left alone: both are for whoever
    has all workers and all that waits before them, which is messaging, and sinks.
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
        self._client = httpx.AsyncClient(
            base_url=way.base_url,
            headers={"user-agent": "LoyalNest", "accept-encoding": "identity", **(headers or {})},
            auth=httpx.BasicAuth(*auth) if auth else None,
            timeout=httpx.Timeout(way.timeout_s, connect=min(_CONNECT_S, way.timeout_s)),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            verify=_trust(),
            trust_env=False,
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
        try:
            request = self._client.build_request(
                method, path, content=content, data=form, params=params, headers=headers
            )
            async with asyncio.timeout(self._timeout_s):
                said = await self._send(request)
        except _NOT_BEGUN as error:
            raise Unreached(type(error).__name__) from None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Unclear(type(error).__name__) from None
        return said

    async def close(self) -> None:
        """Give connections back."""
        await self._client.aclose()

    async def _send(self, request: httpx.Request) -> Said:
        answer = await self._client.send(request, stream=True)
        try:
            body = b""
            async for part in answer.aiter_raw():
                body += part
                if len(body) > _ANSWER_BYTES:
                    raise Unclear("too_long")
        finally:
            await answer.aclose()
        return Said(answer.status_code, dict(answer.headers), body)


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust; made once, for to read the certificates of the world takes its time."""
    return httpx.create_ssl_context()
