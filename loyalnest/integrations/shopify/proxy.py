"""The door behind a shop's app proxy: whoever has logged in to the shop gets a session of theirs.

A shop passes requests to `/apps/…` on its own domain on to us and signs their parameters, with the
customer who is logged in among them. The signature never reaches a browser; it is good for one
session, within 90 seconds.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from loyalnest import customers, merchants, staff
from loyalnest.integrations.shopify.errors import (
    NobodyLoggedIn,
    RequestAmbiguous,
    RequestTooOld,
    ShopUnknown,
    SignatureInvalid,
)
from loyalnest.integrations.shopify.translate import PROVIDER
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database, act_for
from loyalnest.kernel.ids import to_wire

PROXY_PATH = "/proxy/shopify/session"

_AT_MOST = timedelta(seconds=90)
_ONCE = ("shop", "timestamp", "signature", "logged_in_customer_id", "path_prefix")
_SHOP = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_NUMBER = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a shop has signed: which it is, where it passes requests on from, and when."""

    shop: str
    path_prefix: str
    customer: str
    """Who is logged in, if anybody."""
    signature: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """What a shop has signed: who is there, in which shop, and when."""

    shop: str
    customer: str
    signature: str
    signed_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When the signature is too old."""
        return self.signed_at + _AT_MOST


def read_visit(query: QueryParams, secrets: Sequence[bytes], *, now: datetime) -> Visit:
    """Who is logged in, by what `read_signed` makes sure of.

    Raises NobodyLoggedIn, and what `read_signed` does.
    """
    said = read_signed(query, secrets, now=now)
    if not _NUMBER.fullmatch(said.customer):
        raise NobodyLoggedIn
    return Visit(said.shop, said.customer, said.signature, said.signed_at)


def read_signed(query: QueryParams, secrets: Sequence[bytes], *, now: datetime) -> Signed:
    """What the parameters of a request say, once they are known to be the shop's.

    Raises SignatureInvalid, RequestAmbiguous, RequestTooOld, ShopUnknown.
    """
    given = {name: query.getlist(name) for name in query}
    signature = given.get("signature", [""])[0]
    if not any(hmac.compare_digest(sign(given, key), signature.encode()) for key in secrets):
        raise SignatureInvalid("The signature does not fit the parameters.")
    # A visitor can write any of these into the address as well; Shopify's own must be the only one.
    if any(len(given.get(name, [])) > 1 for name in _ONCE):
        raise RequestAmbiguous
    signed_at = _instant(query.get("timestamp", ""))
    if abs(now - signed_at) > _AT_MOST:
        raise RequestTooOld
    if not _SHOP.fullmatch(query.get("shop", "")):
        raise ShopUnknown
    return Signed(
        query["shop"],
        query.get("path_prefix", ""),
        query.get("logged_in_customer_id", ""),
        signature,
        signed_at,
    )


def sign(given: Mapping[str, Sequence[str]], secret: bytes) -> bytes:
    """How Shopify signs: parameters in the order of their names, repeated ones with commas."""
    told = "".join(
        f"{name}={','.join(values)}"
        for name, values in sorted(given.items())
        if name != "signature"
    )
    return hmac.digest(secret, told.encode(), "sha256").hex().encode()


def proxy_route(database: Database, *, secrets: Sequence[str], clock: Clock) -> Route:
    """`/proxy/shopify/session`, for the application to mount as it is."""
    keys = [secret.encode() for secret in secrets]

    async def answer(request: Request) -> Response:
        now = clock()
        visit = read_visit(request.query_params, keys, now=now)
        async with database.batch([]) as session:
            shop = await merchants.find_shop(session, provider=PROVIDER, domain=visit.shop)
            if shop is None:
                raise ShopUnknown
            await act_for(session, [shop.merchant_id])
            if not await merchants.is_connected(session, shop.store_id):
                raise ShopUnknown
            customer_id, started = await _let_in(session, visit, shop, now=now)
        body = {
            "customer_id": to_wire(customers.WIRE_PREFIX, customer_id),
            "token": started.token,
            "expires_at": started.expires_at.isoformat(),
            "scopes": sorted(started.scopes),
        }
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    return Route(PROXY_PATH, answer, methods=["GET", "POST"])


async def _let_in(
    session: AsyncSession, visit: Visit, shop: merchants.Shop, *, now: datetime
) -> tuple[UUID, staff.CustomerSession]:
    """Whoever is logged in, known already or not, and a session of theirs."""
    contact = customers.Contact(
        merchant_id=shop.merchant_id,
        store_id=shop.store_id,
        provider=PROVIDER,
        external_id=visit.customer,
    )
    (found,) = await customers.identify_many(session, [contact], now=now)
    assert found is not None
    living = await customers.get_living(session, found)
    started = await staff.enter_at_store(
        session,
        shop.store_id,
        customer_id=living.id,
        signature=visit.signature,
        signature_ends_at=visit.ends_at,
        now=now,
    )
    return living.id, started


def _instant(text: str) -> datetime:
    if not re.fullmatch(r"[0-9]{1,11}", text):
        raise RequestTooOld
    return datetime.fromtimestamp(int(text), UTC)
