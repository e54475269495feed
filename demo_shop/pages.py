"""The shop's pages: looking around, the cart, the checkout, and what a real one has behind it."""

import re
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from demo_shop import payloads, words
from demo_shop.books import Visit
from demo_shop.catalogue import BY_HANDLE, BY_ID, PRODUCTS
from demo_shop.checkout import MOST_PIECES
from demo_shop.front import Front, form_of, own_path
from demo_shop.pictures import picture_of

_STYLE = Path(__file__).parent / "static" / "shop.css"
_PICTURES = {product.sku: picture_of(product).encode() for product in PRODUCTS}
_TOKEN = re.compile(r"[0-9a-f]{32}")
_PASSED_ON = (
    *("content-type", "content-language", "content-security-policy"),
    *("cache-control", "etag", "retry-after", "x-robots-tag"),
)
_ASKED_WITH = ("accept", "accept-language", "user-agent", "purpose", "sec-purpose")


def routes(front: Front) -> list[Route]:
    """Everything but accounts and orders."""
    return [*_looking(front), *_cart(front), *_checkout(front), *_behind(front)]


def _looking(front: Front) -> list[Route]:
    async def home(request: Request) -> Response:
        visit = front.visit(request)
        return front.page(request, visit, "home.html", kind="home", products=PRODUCTS)

    async def product(request: Request) -> Response:
        visit = front.visit(request)
        found = BY_HANDLE.get(request.path_params["handle"])
        if found is None:
            return front.page(request, visit, "missing.html", status=404)
        beside = [PRODUCTS[(PRODUCTS.index(found) + step) % len(PRODUCTS)] for step in range(1, 5)]
        return front.page(
            request,
            visit,
            "product.html",
            kind="product",
            product=found,
            beside=beside,
            most=MOST_PIECES,
            added="added" in request.query_params,
        )

    async def picture(request: Request) -> Response:
        drawn = _PICTURES.get(request.path_params["sku"])
        if drawn is None:
            return Response(status_code=404)
        headers = {"Cache-Control": "public, max-age=86400"}
        return Response(drawn, media_type="image/svg+xml", headers=headers)

    async def style(request: Request) -> Response:
        return FileResponse(_STYLE, headers={"Cache-Control": "no-cache"})

    async def choose(request: Request) -> Response:
        """The language, or whether the visitor is counted."""
        said, visit = await form_of(request), front.visit(request)
        if said.get("language") in words.LANGUAGES:
            visit = replace(visit, language=said["language"])
        if "measured" in said:
            visit = replace(visit, measured=said["measured"] == "yes")
        return front.go(visit, said.get("next", "/"))

    return [
        Route("/", home),
        Route("/products/{handle}", product),
        Route("/pictures/{sku}.svg", picture),
        Route("/shop.css", style),
        Route("/choose", choose, methods=["POST"]),
    ]


def _cart(front: Front) -> list[Route]:
    async def cart(request: Request) -> Response:
        visit = front.visit(request)
        bill, _ = await front.bill(visit)
        return front.page(request, visit, "cart.html", kind="cart", bill=bill, most=MOST_PIECES)

    async def change_cart(request: Request) -> Response:
        """Add pieces to a product's (`more`), or say how many there are to be (`pieces`)."""
        said, visit = await form_of(request), front.visit(request)
        known = BY_ID.get(_number(said.get("product", "")))
        if known is not None:
            had = visit.cart.get(known.id, 0)
            more = "more" in said
            wanted = had + _number(said["more"]) if more else _number(said.get("pieces", ""))
            pieces = max(0, min(wanted, MOST_PIECES))
            left = {id_: number for id_, number in visit.cart.items() if id_ != known.id}
            visit = replace(visit, cart={**left, known.id: pieces} if pieces else left)
        return front.go(visit, said.get("next", "/cart"))

    async def cart_attributes(request: Request) -> Response:
        """As Shopify's `/cart/update.js` takes them, from scripts on the shop's own pages."""
        visit = front.visit(request)
        try:
            said = (await request.json())["attributes"].get(payloads.REFERRAL)
        except (ValueError, TypeError, KeyError, AttributeError):
            return JSONResponse({"message": "Parameter Missing or Invalid"}, 400)
        if isinstance(said, str) and len(said) <= 40:
            visit = replace(visit, referral_code=said or None)
        attributes = {payloads.REFERRAL: visit.referral_code} if visit.referral_code else {}
        answer = {"attributes": attributes, "item_count": sum(visit.cart.values())}
        return front.remembering(visit, JSONResponse(answer))

    async def discount(request: Request) -> Response:
        """A link that puts a code on the cart, as Shopify's `/discount/CODE` does."""
        visit = replace(front.visit(request), code=_code(request.path_params["code"]))
        return front.go(visit, request.query_params.get("redirect", "/cart"))

    return [
        Route("/cart", cart),
        Route("/cart/change", change_cart, methods=["POST"]),
        Route("/cart/update.js", cart_attributes, methods=["POST"]),
        Route("/discount/{code}", discount),
    ]


def _checkout(front: Front) -> list[Route]:
    async def checkout(request: Request) -> Response:
        visit = front.visit(request)
        if request.method == "POST":
            return await _pay(front, request, visit)
        return await _checkout_page(front, request, visit)

    async def code(request: Request) -> Response:
        said, visit = await form_of(request), front.visit(request)
        return front.go(replace(visit, code=_code(said.get("code", ""))), "/checkout#code")

    return [
        Route("/checkout", checkout, methods=["GET", "POST"]),
        Route("/checkout/code", code, methods=["POST"]),
    ]


async def _checkout_page(
    front: Front, request: Request, visit: Visit, *, filled: dict[str, str] | None = None
) -> Response:
    if not visit.cart:
        return front.go(visit, "/cart")
    bill, refused = await front.bill(visit)
    return front.page(
        request,
        visit,
        "checkout.html",
        bill=bill,
        refused=refused,
        filled=filled or {},
        token=secrets.token_hex(16),
    )


async def _pay(front: Front, request: Request, visit: Visit) -> Response:
    said, now = await form_of(request), front.clock()
    bill, refused = await front.bill(visit)
    token = said.get("token", "")
    token = token if _TOKEN.fullmatch(token) else secrets.token_hex(16)
    if front.books.order(token):
        # The button was pressed twice, and the cart is as it was left by the first time.
        return front.go(front.visit(request), f"/orders/{token}?thanks=yes")
    account = front.books.account(visit.account_id)
    email = account.email if account else said.get("email", "").strip()
    # A code that takes nothing off is said first: nobody pays more than they were told.
    if not bill.lines or refused or "@" not in email[1:-1] or len(email) > 200:
        return await _checkout_page(front, request, visit, filled=said)
    known = front.books.account_of(email)
    name = said.get("name", "").strip()[:100]
    buyer = account or front.books.keep_account(email, name, has_account=False, now=now)
    body = payloads.customer(
        buyer.id, buyer.email, buyer.name, has_account=buyer.has_account, since=buyer.since, now=now
    )
    order = payloads.order(
        front.books.ids,
        number=front.books.next_number(),
        token=token,
        bill=bill,
        buyer=body,
        referral_code=visit.referral_code,
        language=front.language(request, visit),
        now=now,
    )
    told: list[tuple[str, dict[str, Any]]] = [("orders/create", order), ("orders/paid", order)]
    if known is None:
        told.insert(0, ("customers/create", body))
    front.books.keep_order(order, told, now=now)
    front.installation.hurry()
    visit = replace(visit, cart={}, code=None, referral_code=None)
    return front.go(visit, f"/orders/{token}?thanks=yes")


def _behind(front: Front) -> list[Route]:
    async def backstage(request: Request) -> Response:
        visit = front.visit(request)
        return front.page(request, visit, "backstage.html", told=front.books.latest())

    async def proxy(request: Request) -> Response:
        """What Shopify's app proxy does: pass on, and vouch for who is signed in."""
        visit, path = front.visit(request), request.path_params["path"]
        try:
            answer = await front.installation.pass_on(
                path,
                request.query_params.multi_items(),
                visit.account_id,
                _visitors(request),
            )
        except httpx.HTTPError:
            return Response("There was an error in the third-party application.", 502)
        kept = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
        if answer.is_redirect:
            kept["location"] = own_path(answer.headers.get("location", "/"))
        return Response(answer.content, answer.status_code, kept)

    return [Route("/backstage", backstage), Route("/apps/loyalnest/{path:path}", proxy)]


def _visitors(request: Request) -> dict[str, str]:
    """What is passed on of a visitor's browser, and where it is; of cookies nothing ever is."""
    told = {name: request.headers[name] for name in _ASKED_WITH if name in request.headers}
    return told | {"x-forwarded-for": request.client.host if request.client else "127.0.0.1"}


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 20 else 0


def _code(said: str) -> str | None:
    return said.strip()[:40] or None
