"""What is sent here is kept and shown, and harms nobody who looks at it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest
from starlette.applications import Starlette

from catcher.app import build_app
from catcher.mailbox import KEPT, Mailbox

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
EVIL = '<script>alert("me")</script>'


@dataclass
class Catcher:
    app: Starlette
    smtp_port: int
    browser: httpx.AsyncClient

    async def is_sent(self, mail: EmailMessage | bytes, to: str = "anna@example.com") -> None:
        await aiosmtplib.send(
            mail,
            sender="hello@shop.example.com",
            recipients=[to],
            hostname="127.0.0.1",
            port=self.smtp_port,
            use_tls=False,
            start_tls=False,
        )

    async def sees(self, path: str) -> str:
        answer = await self.browser.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
async def catcher() -> AsyncGenerator[Catcher]:
    app = build_app(smtp_port=0, now=lambda: NOW)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser,
    ):
        yield Catcher(app, app.state.smtp_port, browser)


def written(subject: str, html: str, *, language: str = "en") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "The Nest <hello@shop.example.com>", "anna@example.com"
    mail["Subject"] = subject
    mail.set_content("The plain twin")
    mail.add_alternative(html, subtype="html")
    mail["Content-Language"] = language
    return mail


async def test_a_mail_is_listed_and_shown_with_its_twin_and_headers(catcher: Catcher) -> None:
    assert f"127.0.0.1:{catcher.smtp_port}" in await catcher.sees("/")
    await catcher.is_sent(written("Hello Anna", "<html><head></head><b>Welcome</b></html>"))
    await catcher.is_sent(written("مرحبًا", "<p>أهلًا</p>", language="ar"), "layla@example.com")
    listed = await catcher.sees("/")
    assert "2 mails" in listed
    assert listed.index("مرحبًا") < listed.index("Hello Anna")
    assert 'dir="rtl" lang="ar"' in listed
    assert "2026-05-04 09:30:00" in listed
    hers = await catcher.sees("/?to=Layla%40example.com&watch=1")
    assert "Hello Anna" not in hers
    assert 'http-equiv="refresh"' in hers
    page = await catcher.sees("/mails/1")
    assert '<iframe src="/mails/1/html"' in page
    assert "The plain twin" in page
    assert "The Nest &lt;hello@shop.example.com&gt;" in page
    shown = await catcher.sees("/mails/1/html")
    assert '<head><base target="_blank"></head><b>Welcome</b>' in shown


async def test_what_a_mail_brings_runs_nothing(catcher: Catcher) -> None:
    await catcher.is_sent(written(EVIL, f"<p>{EVIL}</p>", language='en" onload="x'))
    for path in ("/", "/mails/1"):
        answer = await catcher.browser.get(path)
        assert EVIL not in answer.text
        assert "onload=" not in answer.text.partition("<dl>")[0]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "script" not in answer.headers["content-security-policy"]
    alone = await catcher.browser.get("/mails/1/html")
    policy = alone.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy


async def test_a_page_elsewhere_cannot_call_itself_this_machine(catcher: Catcher) -> None:
    answer = await catcher.browser.get("/", headers={"Host": "evil.example.com"})
    assert answer.status_code == 400


async def test_a_mail_that_is_badly_written_is_shown_as_far_as_it_can_be(catcher: Catcher) -> None:
    await catcher.is_sent(
        b"Subject: =?utf-8?b?4?=\r\nContent-Type: text/html; charset=nonsense\r\n"
        b"To: <<<\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff\xfe"
    )
    await catcher.is_sent(b"\r\nno headers at all")
    assert "2 mails" in await catcher.sees("/")
    assert "no headers at all" in await catcher.sees("/mails/2")
    await catcher.sees("/mails/1")
    for gone in ("/mails/3", "/mails/2/html", "/nothing"):
        assert (await catcher.browser.get(gone)).status_code == 404


def test_old_mails_make_room() -> None:
    mailbox = Mailbox()
    for number in range(KEPT + 1):
        mailbox.keep(f"Subject: {number}\r\n\r\n".encode(), ["anna@example.com"], now=NOW)
    assert mailbox.find(1) is None
    assert len(mailbox.to("ANNA@example.com")) == KEPT
