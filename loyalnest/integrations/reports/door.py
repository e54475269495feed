"""The door for vendors' reports: find the sender, verify, put on disk, acknowledge."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from urllib.parse import parse_qsl

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from loyalnest.integrations.reports.errors import (
    ReportNotUnderstood,
    ReportTooLarge,
    ReportUnsigned,
    SenderUnknown,
)
from loyalnest.integrations.reports.values import Greeting, Received, Reports, Taken, Verdict
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.http import problem_response, translate
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.inbox import Intake, NewDelivery
from loyalnest.messaging import SENDER_PREFIX, Account, Provider, SenderId

PATH = "/webhooks/{provider}/{sender}"

FindAccount: TypeAlias = Callable[[Provider, SenderId], Awaitable[Account | None]]
"""A sender's account with its secrets, whoever's it is; None for a sender that there isn't."""

_KNOWN_FOR_S, _UNKNOWN_FOR_S, _RENEWED_AFTER_S = 60.0, 5.0, 5.0
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Remembered:
    account: Account | None
    since: float
    until: float


class Door:
    """The endpoint. One per process: it remembers senders for a minute."""

    def __init__(
        self,
        intake: Intake,
        find_account: FindAccount,
        reports: Iterable[Reports],
        *,
        address: str,
        limit: int,
        clock: Clock,
    ) -> None:
        self._intake = intake
        self._find_account = find_account
        self._reports = {it.provider.value: it for it in reports}
        self._address = address.rstrip("/")
        self._limit = limit
        self._clock = clock
        self._accounts: dict[tuple[Provider, SenderId], _Remembered] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one delivery."""
        try:
            text = await self._take_in(scope, receive)
        except Exception as error:
            # A database that is away is a reason to come again, not a fault of ours to report.
            meaning = error if isinstance(error, DomainError) else translate(error)
            if meaning is None:
                raise
            await problem_response(meaning)(scope, receive, send)
            return
        body = text.encode()
        headers = [
            (b"content-length", str(len(body)).encode()),
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _take_in(self, scope: Scope, receive: Receive) -> str:
        named: Mapping[str, str] = scope["path_params"]
        reports = self._reports.get(named["provider"])
        if reports is None:
            raise SenderUnknown
        body = await self._read(receive)
        received = self._received(scope, body)
        account = await self._account(reports.provider, named["sender"])
        now = self._clock()
        try:
            verdict = await _verified(reports, account, received, now)
        except ReportUnsigned:
            # The merchant may have entered another secret since.
            renewed = await self._account(reports.provider, named["sender"], anew=True)
            if renewed is account:
                raise
            verdict = await _verified(reports, renewed, received, now)
        match verdict:
            case Greeting(text):
                return text
            case Taken(topic):
                await self._intake.put(_delivery(account, topic, received))
                return ""

    def _received(self, scope: Scope, body: bytes) -> Received:
        query: bytes = scope["query_string"]
        path = (
            (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("latin-1")
        )
        asked = query.decode("latin-1")
        return Received(
            method=scope["method"],
            url=f"{self._address}{path}?{asked}" if asked else f"{self._address}{path}",
            query=dict(parse_qsl(asked, keep_blank_values=True)),
            headers={
                name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
            },
            body=body,
        )

    async def _read(self, receive: Receive) -> bytes:
        """The whole body, but never more of it than is allowed."""
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self._limit:
                raise ReportTooLarge
            more = message.get("more_body", False)
        return body

    async def _account(self, provider: Provider, sender: str, *, anew: bool = False) -> Account:
        try:
            id_ = from_wire(SENDER_PREFIX, sender)
        except DomainError:
            # Such a name nobody has, and it may be very long: it is not remembered.
            raise SenderUnknown from None
        instant = self._clock().timestamp()
        known = self._accounts.get((provider, id_))
        is_old = known is None or known.until < instant
        if known is None or is_old or (anew and instant - known.since > _RENEWED_AFTER_S):
            known = await self._look_up(provider, id_, instant)
        if known.account is None:
            raise SenderUnknown
        return known.account

    async def _look_up(self, provider: Provider, sender: SenderId, instant: float) -> _Remembered:
        account = await self._find_account(provider, sender)
        if len(self._accounts) >= _REMEMBERED:
            self._accounts.clear()
        lasting = _KNOWN_FOR_S if account else _UNKNOWN_FOR_S
        found = _Remembered(account, instant, instant + lasting)
        self._accounts[provider, sender] = found
        return found


def route(
    intake: Intake,
    find_account: FindAccount,
    reports: Iterable[Reports],
    *,
    address: str,
    limit: int,
    clock: Clock,
) -> Route:
    """`/webhooks/{provider}/{sender}`, for the application to mount as it is."""
    door = Door(intake, find_account, reports, address=address, limit=limit, clock=clock)
    return Route(PATH, door, methods=["GET", "POST"])


async def _verified(
    reports: Reports, account: Account, received: Received, now: datetime
) -> Verdict:
    """What is to become of it. A body that can't even be read has no signature that fits."""
    try:
        return await reports.verify(account, received, now)
    except ReportNotUnderstood:
        raise ReportUnsigned from None


def _delivery(account: Account, topic: str, received: Received) -> NewDelivery:
    """What goes to the inbox. Its key is what it says: a repetition says the same."""
    said = hashlib.sha256(received.url.encode() + b"\0" + received.body).hexdigest()
    return NewDelivery(
        merchant_id=account.merchant_id,
        store_id=account.sender_id,
        provider=account.provider.value,
        topic=topic,
        delivery_key=f"{said}/{topic}",
        body=_kept(received),
    )


def _kept(received: Received) -> bytes:
    """The bytes that came; before them, in a line of its own, what the address asked."""
    return received.url.partition("?")[2].encode() + b"\n" + received.body
