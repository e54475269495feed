"""Mail by SMTP, to a real server that checks what it is told."""

import asyncio
import email
import email.policy
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from loyalnest.integrations import smtp
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import (
    Accepted,
    Account,
    Carrier,
    Channel,
    Doubtful,
    Letter,
    Mail,
    Outcome,
    Provider,
    Purpose,
    Reason,
    Refused,
)
from tests.conftest import NOW

STRINGS = Path(__file__).parents[2] / "data/naughty-strings/blns.json"
HEADERS = {
    *("From", "To", "Subject", "Date", "Content-Language", "Auto-Submitted", "Message-ID"),
    *("MIME-Version", "Content-Type", "Received"),
}


@dataclass
class Server:
    """A mail server's own story: what it took, over how many lines, and how it answers."""

    mails: list[Envelope] = field(default_factory=list[Envelope])
    lines: int = 0
    to_recipient: Callable[[str], str | None] = lambda _: None
    to_data: Callable[[], str | None] = lambda: None
    password: bytes = b"correct horse"

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, _: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        session.host_name = name
        self.lines += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        refused = self.to_recipient(to)
        if refused:
            return refused
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        said = self.to_data()
        if said == "":
            cast("asyncio.Transport", server.transport).abort()
            self.mails.append(envelope)
            return "250 OK"
        if said is None:
            self.mails.append(envelope)
        return said or "250 OK"

    def knows(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        login = cast("LoginPassword", given)
        return AuthResult(success=login.password == self.password, handled=False)

    def wire(self, place: int = -1) -> bytes:
        """A mail as it came, byte by byte."""
        content = self.mails[place].content
        assert isinstance(content, bytes)
        return content

    def read(self, place: int = -1) -> EmailMessage:
        return email.message_from_bytes(self.wire(place), policy=email.policy.default)


@pytest.fixture
def server() -> Server:
    return Server()


@asynccontextmanager
async def open_line(
    server: Server,
    *,
    password: str | None = None,
    name: str = "Bäckerei, «Korn»",
    **options: str,
) -> AsyncGenerator[Carrier]:
    """A carrier with an account at this server, which listens for the duration."""
    utf8 = options.pop("utf8", "yes") == "yes"

    def answering() -> SMTP:
        return SMTP(
            server,
            hostname="mail.example",
            ident="a mail server",
            authenticator=server.knows,
            auth_require_tls=False,
            enable_SMTPUTF8=utf8,
        )

    listening = await asyncio.get_running_loop().create_server(answering, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    given = {"host": "127.0.0.1", "port": str(port), "security": "none", **options}
    if password:
        given["username"] = "bakery"
    carrier = smtp.offer(lambda: NOW).open(
        Account(
            merchant_id=new_id(),
            sender_id=new_id(),
            channel=Channel.EMAIL,
            provider=Provider.SMTP,
            origin="hello@bakery.example",
            name=name,
            credentials={"password": password} if password else {},
            options=given,
        )
    )
    try:
        yield carrier
    finally:
        await carrier.close()
        listening.close()
        await listening.wait_closed()


def letter(
    *, to: str = "ada@example.com", subject: str = "Dein Guthaben", **headers: str
) -> Letter:
    id_ = new_id()
    return Letter(
        message_id=id_,
        merchant_id=new_id(),
        key=f"{id_.hex}-0",
        channel=Channel.EMAIL,
        purpose=Purpose.OUTREACH,
        to=to,
        content=Mail(subject, "Schön, dass du da bist.\n.\nBis bald", "<p>Schön</p>"),
        language="de",
        headers={"Message-ID": f"<{id_.hex}@bakery.example>", **headers},
    )


async def sent(carrier: Carrier, *letters: Letter) -> list[Outcome]:
    return list(await carrier.send(letters))


async def test_a_mail_is_text_and_html_with_its_name_and_the_way_out(server: Server) -> None:
    leaving = {
        "List-Unsubscribe": "<https://nest.example/u/abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    it = letter(**leaving)
    async with open_line(server) as carrier:
        assert await sent(carrier, it) == [Accepted()]
    mail = server.read()
    assert mail["Subject"] == "Dein Guthaben"
    assert mail["From"].addresses[0].display_name == "Bäckerei, «Korn»"
    assert {name: mail[name] for name in leaving} == leaving
    assert mail["Message-ID"] == it.headers["Message-ID"]
    assert mail["Date"].datetime == NOW
    assert mail.get_content_type() == "multipart/alternative"
    parts = [part.get_content() for part in mail.iter_parts()]
    assert parts == ["Schön, dass du da bist.\r\n.\r\nBis bald\r\n", "<p>Schön</p>\r\n"]


async def test_mails_share_a_connection_and_one_that_broke_is_replaced(server: Server) -> None:
    async with open_line(server, password="correct horse") as carrier:
        assert await sent(carrier, letter(), letter(), letter()) == [Accepted()] * 3
        assert server.lines == 1
        server.to_data = lambda: ""
        assert await sent(carrier, letter()) == [Doubtful()]
        server.to_data = lambda: None
        assert await sent(carrier, letter()) == [Accepted()]
    assert server.lines == 2
    assert len(server.mails) == 5


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("550 5.1.1 No such user", Reason.ADDRESS_INVALID),
        ("550 No such user", Reason.ADDRESS_INVALID),
        ("550 5.2.1 Disabled", Reason.ADDRESS_BOUNCED),
        ("552 5.2.2 Full", Reason.UNREACHABLE),
        ("451 4.7.1 Come back later", Reason.UNREACHABLE),
        ("421 4.3.2 Closing", Reason.UNAVAILABLE),
        ("550 5.7.1 Not by our policy", Reason.REFUSED),
    ],
)
async def test_what_a_server_says_of_an_address_is_understood(
    server: Server, answer: str, reason: Reason
) -> None:
    server.to_recipient = lambda _: answer
    async with open_line(server) as carrier:
        (refused,) = await sent(carrier, letter())
        assert isinstance(refused, Refused)
        assert refused.reason is reason
        server.to_recipient = lambda _: None
        assert await sent(carrier, letter()) == [Accepted()]


async def test_a_wrong_password_a_refused_mail_and_a_closed_door_are_told_apart(
    server: Server,
) -> None:
    async with open_line(server, password="wrong") as carrier:
        (wrong,) = await sent(carrier, letter())
        assert isinstance(wrong, Refused)
        assert wrong.reason is Reason.CREDENTIALS_REFUSED
    server.to_data = lambda: "554 5.7.0 Looks like spam"
    async with open_line(server) as carrier:
        (spam,) = await sent(carrier, letter())
        assert isinstance(spam, Refused)
        assert spam.reason is Reason.CONTENT_REFUSED
    async with open_line(server, port="1") as carrier:
        assert await sent(carrier, letter()) == [Refused(Reason.UNAVAILABLE)]
    async with open_line(server, security="starttls") as carrier:
        (bare,) = await sent(carrier, letter())
        assert isinstance(bare, Refused)
    assert server.mails == []


@pytest.mark.parametrize(
    "line_end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\x00"]
)
async def test_no_header_and_no_command_can_be_smuggled_in(server: Server, line_end: str) -> None:
    more = f"{line_end}Bcc: everybody@example.com"
    async with open_line(server) as carrier:
        outcomes = await sent(
            carrier,
            letter(subject=f"Hello{more}"),
            letter(to=f"ada@example.com{more}"),
            letter(to=f"ada@example.com>{line_end}RCPT TO:<everybody@example.com"),
            letter(**{"List-Unsubscribe": f"<https://nest.example>{more}"}),
            letter(Bcc="everybody@example.com"),
        )
    assert all(isinstance(outcome, Refused) for outcome in outcomes)
    assert server.mails == []


async def test_a_long_way_out_can_be_read_by_whoever_reads_no_encoded_words(
    server: Server,
) -> None:
    way_out = f"<https://loyalty.bakery.example/u/{'Ab-9_' * 18}>"
    it = letter(**{"List-Unsubscribe": way_out})
    async with open_line(server) as carrier:
        assert await sent(carrier, it) == [Accepted()]
    assert f"\r\nList-Unsubscribe: {way_out}\r\n".encode() in server.wire()
    assert f"\r\nMessage-ID: {it.headers['Message-ID']}\r\n".encode() in server.wire()


@pytest.mark.parametrize("end", ["=0d=0a", "=0a", "=0D", "=E2=80=A8"])
async def test_what_looks_encoded_is_text_like_any_other(server: Server, end: str) -> None:
    smuggled = f"=?utf-8?q?Ada{end}Bcc:_everybody@example.com?="
    async with open_line(server, name=smuggled) as carrier:
        assert await sent(carrier, letter(subject=smuggled)) == [Accepted()]
    mail = server.read()
    assert set(mail.keys()) <= HEADERS
    assert mail["Subject"] == smuggled
    # What reads it here puts blanks between the encoded words of a name, where none belong.
    assert mail["From"].addresses[0].display_name.replace(" ", "") == smuggled
    assert [it.addr_spec for it in mail["From"].addresses] == ["hello@bakery.example"]


@pytest.mark.parametrize(
    "name",
    [
        'Korn, "the baker\'s" <boss@bank.example>, ' + "and sons " * 6,
        "Bäckerei, Korn <boss@bank.example>; " + "ü" * 60,
        "مقهى الشمال، الفرع الأول، " * 4,
        "\\",
        "",
    ],
)
async def test_a_name_is_a_name_however_long(server: Server, name: str) -> None:
    async with open_line(server, name=name) as carrier:
        assert await sent(carrier, letter()) == [Accepted()]
    (sender,) = server.read()["From"].addresses
    assert sender.addr_spec == "hello@bakery.example"
    assert sender.display_name.replace(" ", "") == name.replace(" ", "")
    assert all(len(line) <= 998 for line in server.wire().split(b"\r\n"))


async def test_whatever_a_subject_holds_arrives_or_is_refused(server: Server) -> None:
    naughty: list[str] = json.loads(STRINGS.read_text())
    async with open_line(server) as carrier:
        for subject in naughty:
            it = letter(subject=subject)
            (outcome,) = await sent(carrier, it)
            if isinstance(outcome, Accepted):
                mail = server.read()
                assert mail["Message-ID"] == it.headers["Message-ID"]
                assert set(mail.keys()) <= HEADERS, subject
            else:
                assert isinstance(outcome, Refused), subject
    assert len(server.mails) > len(naughty) * 0.9


async def test_an_address_beyond_ascii_needs_a_server_that_knows_it(server: Server) -> None:
    to = "zoë@example.com"
    async with open_line(server) as carrier:
        assert await sent(carrier, letter(to=to)) == [Accepted()]
    assert server.mails[0].rcpt_tos == [to]
    async with open_line(server, utf8="no") as carrier:
        (refused,) = await sent(carrier, letter(to=to))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.REFUSED
