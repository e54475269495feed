"""Hands letters to a mail server, over connections that are kept while there is something to go."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import aiosmtplib
from aiosmtplib import SMTP

from loyalnest.integrations.smtp.answers import meaning_of
from loyalnest.integrations.smtp.mails import Unwritable, written
from loyalnest.integrations.smtp.reach import HostForbidden, reached
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.networks import Network
from loyalnest.messaging import (
    Accepted,
    Account,
    Doubtful,
    Found,
    Letter,
    Outcome,
    Reason,
    Refused,
)

_TIMEOUT_S = 4.5
_LETTERS_A_CONNECTION = 100
_KEPT_FOR_S = 20.0
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(slots=True)
class _Line:
    """A connection, and how long it has been in use."""

    client: SMTP
    letters: int
    used_at_s: float


class SmtpCarrier:
    """One account with a mail server."""

    def __init__(self, account: Account, clock: Clock, *, inside: Sequence[Network] | None = None):
        self._account = account
        self._clock = clock
        self._inside = inside
        self._idle: list[_Line] = []

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand letters over, one after another."""
        return [await self._send(letter) for letter in letters]

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Found]:
        """Nobody can be asked."""
        return [Doubtful()] * len(letters)

    async def close(self) -> None:
        """Take leave of the server."""
        idle, self._idle = self._idle, []
        for line in idle:
            await _leave(line)

    async def _send(self, letter: Letter) -> Outcome:
        try:
            mail = written(letter, self._account, now=self._clock())
        except Unwritable as error:
            return Refused(error.reason, code=error.code)
        try:
            line = await self._line()
        except aiosmtplib.SMTPException as error:
            return _not_reached(error)
        except HostForbidden:
            return Refused(Reason.HOST_FORBIDDEN, code="HOST_FORBIDDEN")
        except OSError:
            return Refused(Reason.UNAVAILABLE)
        if mail.needs_utf8 and not line.client.supports_extension("smtputf8"):
            self._keep(line)
            return Refused(Reason.REFUSED, code="SMTPUTF8")
        outcome = await self._hand_over(line, mail.sender, mail.recipient, mail.body, mail.options)
        if line.client.is_connected and not isinstance(outcome, Doubtful):
            self._keep(line)
        else:
            line.client.close()
        return outcome

    async def _hand_over(
        self, line: _Line, sender: str, recipient: str, body: bytes, options: Sequence[str]
    ) -> Outcome:
        """One letter over one connection. Before its last line nothing has been taken."""
        client = line.client
        try:
            await client.mail(sender, options=options, encoding="utf-8")
            await client.rcpt(recipient, encoding="utf-8")
        except aiosmtplib.SMTPResponseException as error:
            with contextlib.suppress(aiosmtplib.SMTPException):
                await client.rset()
            return meaning_of(error)
        except (aiosmtplib.SMTPException, OSError):
            client.close()
            return Refused(Reason.UNAVAILABLE)
        try:
            await client.data(body)
        except aiosmtplib.SMTPResponseException as error:
            return meaning_of(error)
        except (aiosmtplib.SMTPException, OSError):
            return Doubtful()
        return Accepted()

    async def _line(self) -> _Line:
        """A connection that is open and not worn out, or a new one."""
        now_s = asyncio.get_running_loop().time()
        while self._idle:
            line = self._idle.pop()
            fresh = now_s - line.used_at_s < _KEPT_FOR_S and line.letters < _LETTERS_A_CONNECTION
            if fresh and line.client.is_connected:
                return line
            await _leave(line)
        return _Line(await self._connect(), 0, now_s)

    async def _connect(self) -> SMTP:
        options, credentials = self._account.options, self._account.credentials
        security = options.get("security", "starttls")
        host, port = options["host"], int(options.get("port") or _PORTS[security])
        began_s, sock = asyncio.get_running_loop().time(), None
        if self._inside is not None:
            async with asyncio.timeout(_TIMEOUT_S):
                sock = await reached(host, port, self._inside)
        took_s = asyncio.get_running_loop().time() - began_s
        client = SMTP(
            hostname=host,
            port=None if sock else port,
            sock=sock,
            username=options.get("username"),
            password=credentials.get("password"),
            use_tls=security == "tls",
            start_tls=security == "starttls",
            timeout=max(_TIMEOUT_S - took_s, 0.1),
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except BaseException:
            client.close()
            if sock is not None and client.transport is None:
                sock.close()
            raise
        return client

    def _keep(self, line: _Line) -> None:
        line.letters += 1
        line.used_at_s = asyncio.get_running_loop().time()
        self._idle.append(line)


def _not_reached(error: aiosmtplib.SMTPException) -> Refused:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError) and error.code >= 500:
        return Refused(Reason.CREDENTIALS_REFUSED, code=str(error.code))
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return Refused(Reason.CREDENTIALS_REFUSED, code="NOT_SUPPORTED")
    return Refused(Reason.UNAVAILABLE)


async def _leave(line: _Line) -> None:
    with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(1):
            await line.client.quit()
    line.client.close()
