"""What every page has in common: who is looking, in which language, and what a browser may load."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from demo_shop import words
from demo_shop.books import Account, Books, Visit
from demo_shop.catalogue import BY_ID
from demo_shop.checkout import OWN_CODES, Bill, bill_of
from demo_shop.installation import Installation, Refused
from demo_shop.settings import DOMAIN, Settings

COOKIE = "nest_visit"
_KEPT_S = 30 * 24 * 3600
_CODE = re.compile(r"[A-Za-z0-9 -]{4,40}")
_LONGEST_FORM = 10_000
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Front:
    """The shop's front: its books, its way to LoyalNest, and how it draws pages."""

    settings: Settings
    books: Books
    installation: Installation
    clock: Callable[[], datetime]

    def visit(self, request: Request) -> Visit:
        """Whose browser asks; who was sent by a friend stays so for the whole visit."""
        visit = self.books.visit(request.cookies.get(COOKIE))
        sent_by = request.query_params.get("ref", "")
        if _CODE.fullmatch(sent_by):
            visit = replace(visit, referral_code=sent_by.strip())
        return visit

    def language(self, request: Request, visit: Visit) -> str:
        """In which language a browser is answered."""
        return visit.language or words.best_language(request.headers.get("accept-language", ""))

    async def bill(self, visit: Visit) -> tuple[Bill, Refused | None]:
        """What the cart comes to, and why its code takes nothing off, if it doesn't."""
        if visit.code is None:
            return bill_of(visit.cart), None
        own = OWN_CODES.get(visit.code.upper())
        worth = own or await self.installation.worth_of(visit.code)
        if isinstance(worth, Refused):
            return bill_of(visit.cart), worth
        bill = bill_of(visit.cart, worth)
        return bill, None if bill.worth else Refused("code_minimum", worth.minimum)

    def page(
        self,
        request: Request,
        visit: Visit,
        template: str,
        *,
        kind: str = "other",
        status: int = 200,
        **shown: Any,
    ) -> Response:
        """A page for a visitor. `kind` is what the widget is told that it is."""
        language = self.language(request, visit)
        nonce = secrets.token_urlsafe(16)
        account = self.books.account(visit.account_id)
        html = _TEMPLATES.get_template(template).render(
            say=partial(words.said, language),
            price=words.price,
            titles={id_: product.title(language) for id_, product in BY_ID.items()},
            language=language,
            languages=words.LANGUAGES,
            kind=kind,
            nonce=nonce,
            here=_here(request),
            visit=visit,
            account=account,
            pieces=sum(visit.cart.values()),
            domain=DOMAIN,
            seen_at=self.settings.seen_at,
            **shown,
        )
        headers = {
            "Content-Security-Policy": _policy(nonce, self.settings.seen_at),
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
        self._note(request, visit)
        return self._named(visit, HTMLResponse(html, status, headers))

    def go(self, visit: Visit, to: str) -> Response:
        """Send a visitor on to a page of the shop, remembering what they did."""
        return self.remembering(visit, RedirectResponse(own_path(to), status_code=303))

    def remembering(self, visit: Visit, answer: Response) -> Response:
        """The answer, with the visit kept."""
        self.books.keep(visit)
        return self._named(visit, answer)

    def _note(self, request: Request, visit: Visit) -> None:
        """Whoever looks at a page changes nothing by that, but who sent them is kept.

        The cart may have been changed since the page began to be drawn.
        """
        kept = self.books.visit(visit.id)
        if kept.id != visit.id:
            self.books.keep(visit)
        elif "ref" in request.query_params:
            self.books.keep(replace(kept, referral_code=visit.referral_code))

    def _named(self, visit: Visit, answer: Response) -> Response:
        answer.set_cookie(COOKIE, visit.id, max_age=_KEPT_S, httponly=True, samesite="lax")
        return answer

    def tell_account(self, account: Account, topic: str, body: dict[str, Any]) -> None:
        """Tell LoyalNest of somebody."""
        self.books.tell(topic, body, account.email, now=self.clock())
        self.installation.hurry()


async def form_of(request: Request) -> dict[str, str]:
    """What was filled in. Longer than any form of ours is nothing."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return {}
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def own_path(to: str) -> str:
    """A path of the shop's, whatever was asked for: nobody is sent elsewhere from here."""
    parts = urlsplit(to.replace("\\", "/"))
    # Two slashes are a host to a browser, also where they come after an empty one (`////host`).
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path[:2] == "//":
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _policy(nonce: str, installation: str) -> str:
    """Nothing but the shop's own, and LoyalNest's widget: no inline style, no inline script."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            "style-src 'self'",
            f"img-src 'self' data: {installation}",
            f"connect-src 'self' {installation}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )
