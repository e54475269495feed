"""The catcher as an application: a mail server, and pages that show what it was handed."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from catcher.mailbox import Caught, Mailbox

HERE = "127.0.0.1"
_FOLDER = Path(__file__).parent
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he"})
_LARGEST_MAIL = 10_000_000
_HEAD = re.compile(r"<head(\s[^>]*)?>", re.IGNORECASE)
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_OURS = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'"
)
# Whatever a mail brings runs nothing, sends nothing, and has no origin: also opened by itself.
_THEIRS = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src http: https: data:; font-src data:; frame-ancestors 'self'"
)


def clock() -> datetime:
    """This moment."""
    return datetime.now(UTC)


class _Catching:
    """What the mail server does with a mail: nothing but keep it."""

    def __init__(self, mailbox: Mailbox, now: Callable[[], datetime]):
        self._mailbox = mailbox
        self._now = now

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        self._mailbox.keep(raw, envelope.rcpt_tos, now=self._now())
        return "250 2.0.0 Kept, and shown; it goes nowhere"


def build_app(smtp_port: int, *, now: Callable[[], datetime] = clock) -> Starlette:
    """The catcher; while it is open, mails are taken at this port of this machine, 0 for any."""
    mailbox = Mailbox()
    take = partial(
        SMTP,
        _Catching(mailbox, now),
        hostname="localhost",
        enable_SMTPUTF8=True,
        data_size_limit=_LARGEST_MAIL,
    )

    @asynccontextmanager
    async def open_for_mail(app: Starlette) -> AsyncGenerator[None]:
        server = await asyncio.get_running_loop().create_server(take, HERE, smtp_port)
        app.state.smtp_port = server.sockets[0].getsockname()[1]
        async with server:
            yield

    app = Starlette(
        routes=[
            Route("/", partial(_list, mailbox)),
            Route("/mails/{number:int}", partial(_mail, mailbox)),
            Route("/mails/{number:int}/html", partial(_html, mailbox)),
            Route("/catcher.css", _style),
        ],
        # A page elsewhere can't name itself after this machine and read along.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HERE, "localhost"])],
        exception_handlers={404: _missing},
        lifespan=open_for_mail,
    )
    app.state.mailbox = mailbox
    app.state.smtp_port = smtp_port
    return app


async def _list(mailbox: Mailbox, request: Request) -> Response:
    to = request.query_params.get("to", "")
    watching = "watch" in request.query_params
    port: int = request.app.state.smtp_port
    return _page("list.html", mails=mailbox.to(to), to=to, watching=watching, smtp_port=port)


async def _mail(mailbox: Mailbox, request: Request) -> Response:
    return _page("mail.html", mail=_found(mailbox, request))


async def _html(mailbox: Mailbox, request: Request) -> Response:
    mail = _found(mailbox, request)
    if mail.html is None:
        raise HTTPException(404)
    # Links open beside the frame: most pages refuse to be shown in it.
    html = _HEAD.sub(r'\g<0><base target="_blank">', mail.html, count=1)
    return HTMLResponse(html, headers={**_HEADERS, "Content-Security-Policy": _THEIRS})


async def _style(request: Request) -> Response:
    return FileResponse(_FOLDER / "static" / "catcher.css", headers=_HEADERS)


async def _missing(request: Request, error: Exception) -> Response:
    return _page("missing.html", status=404)


def _found(mailbox: Mailbox, request: Request) -> Caught:
    mail = mailbox.find(request.path_params["number"])
    if mail is None:
        raise HTTPException(404)
    return mail


def _direction(language: str | None) -> str:
    """How a mail's own words are written; unknown ones show it themselves."""
    if language is None:
        return "auto"
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _page(template: str, *, status: int = 200, **shown: object) -> Response:
    page = _TEMPLATES.get_template(template).render(direction=_direction, **shown)
    return HTMLResponse(page, status, headers={**_HEADERS, "Content-Security-Policy": _OURS})
