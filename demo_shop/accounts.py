"""Accounts without passwords, and orders that can be returned: the shop is a toy and says so."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo_shop import payloads
from demo_shop.books import Account, Visit
from demo_shop.front import Front, form_of


def routes(front: Front) -> list[Route]:
    """Signing in and out, joining, and one's orders."""
    return [*_accounts(front), *_orders(front), *_returns(front)]


def _accounts(front: Front) -> list[Route]:
    async def account(request: Request) -> Response:
        visit = front.visit(request)
        if visit.account_id is None:
            return front.page(request, visit, "sign-in.html", kind="account", unknown=None)
        orders = front.books.orders_of(visit.account_id)
        shown = [(order, state_of(order)) for order in orders]
        return front.page(request, visit, "account.html", kind="account", orders=shown)

    async def sign_in(request: Request) -> Response:
        said, visit = await form_of(request), front.visit(request)
        email = said.get("email", "").strip()
        found = front.books.account_of(email)
        if found is None or not found.has_account:
            return front.page(request, visit, "sign-in.html", kind="account", unknown=email)
        return front.go(replace(visit, account_id=found.id), said.get("next", "/account"))

    async def register(request: Request) -> Response:
        visit = front.visit(request)
        if request.method == "GET":
            filled = {"email": request.query_params.get("email", "")}
            return front.page(request, visit, "register.html", kind="account", filled=filled)
        said = await form_of(request)
        email, name = said.get("email", "").strip(), said.get("name", "").strip()[:100]
        if "@" not in email[1:-1] or len(email) > 200 or not name:
            return front.page(request, visit, "register.html", kind="account", filled=said)
        joined = _join(front, email, name)
        return front.go(replace(visit, account_id=joined.id), said.get("next", "/account"))

    async def sign_out(request: Request) -> Response:
        visit = front.visit(request)
        return front.go(Visit(visit.id, language=visit.language, measured=visit.measured), "/")

    return [
        Route("/account", account),
        Route("/account/login", sign_in, methods=["POST"]),
        Route("/account/register", register, methods=["GET", "POST"]),
        Route("/account/logout", sign_out, methods=["POST"]),
    ]


def _join(front: Front, email: str, name: str) -> Account:
    known, now = front.books.account_of(email), front.clock()
    joined = front.books.keep_account(email, name, has_account=True, now=now)
    body = payloads.customer(
        joined.id, joined.email, joined.name, has_account=True, since=joined.since, now=now
    )
    topic = "customers/update" if known else "customers/create"
    front.tell_account(joined, topic, body)
    return joined


def _orders(front: Front) -> list[Route]:
    async def order(request: Request) -> Response:
        visit = front.visit(request)
        found = front.books.order(request.path_params["token"])
        if found is None:
            return front.page(request, visit, "missing.html", status=404)
        thanks = "thanks" in request.query_params
        return front.page(
            request,
            visit,
            "order.html",
            kind="thanks" if thanks else "other",
            order=found,
            state=state_of(found),
            costs={it["id"]: Decimal(it["price"]) * it["quantity"] for it in found["line_items"]},
            given_back=payloads.returned_money(found),
            thanks=thanks,
        )

    return [Route("/orders/{token}", order)]


def _returns(front: Front) -> list[Route]:
    async def refund(request: Request) -> Response:
        visit, said = front.visit(request), await form_of(request)
        found = front.books.order(request.path_params["token"])
        if found is None:
            return front.page(request, visit, "missing.html", status=404)
        everything = "all" in said
        pieces = {
            line["id"]: line["current_quantity"] if everything else _pieces(said, line["id"])
            for line in found["line_items"]
        }
        # What was sent again, by a second press or by going back, is not returned again.
        first = said.get("refunds", "") in ("", str(len(found["refunds"])))
        if first and any(pieces.values()) and found["cancelled_at"] is None:
            after, refund = payloads.refunded(
                found, front.books.ids, pieces, delivery=everything, now=front.clock()
            )
            _keep(front, after, [("refunds/create", refund), ("orders/updated", after)])
        return front.go(visit, f"/orders/{found['token']}")

    async def cancel(request: Request) -> Response:
        visit = front.visit(request)
        found = front.books.order(request.path_params["token"])
        if found is None:
            return front.page(request, visit, "missing.html", status=404)
        if found["cancelled_at"] is None and not found["refunds"]:
            after, refund = payloads.cancelled(found, front.books.ids, now=front.clock())
            _keep(front, after, [("refunds/create", refund), ("orders/cancelled", after)])
        return front.go(visit, f"/orders/{found['token']}")

    return [
        Route("/orders/{token}/refund", refund, methods=["POST"]),
        Route("/orders/{token}/cancel", cancel, methods=["POST"]),
    ]


def state_of(order: dict[str, Any]) -> str:
    """Where an order stands: `paid`, `partially_refunded`, `refunded` or `cancelled`."""
    return "cancelled" if order["cancelled_at"] else order["financial_status"]


def _keep(front: Front, order: dict[str, Any], told: list[tuple[str, dict[str, Any]]]) -> None:
    front.books.keep_order(order, told, now=front.clock())
    front.installation.hurry()


def _pieces(said: dict[str, str], line_id: int) -> int:
    pieces = said.get(f"pieces-{line_id}", "")
    return int(pieces) if pieces.isascii() and pieces.isdigit() and len(pieces) < 6 else 0
