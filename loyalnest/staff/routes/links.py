"""REST for whoever was given a link: to join, or to set a new password.

The link is sent in the body: an address ends up in logs.
"""

from functools import cache

from fastapi import APIRouter, Request, Response

from loyalnest.kernel.events import Author, sign
from loyalnest.kernel.http import PROBLEMS, Db, IpAddress, Now
from loyalnest.kernel.ids import to_wire
from loyalnest.staff import passwords, queries, rules, tokens
from loyalnest.staff.routes.cookie import device_at, handed_over
from loyalnest.staff.schemas import LinkToken, LinkUse, LinkView, SessionTokens
from loyalnest.staff.service import links, networks, sessions


@cache
def router_of() -> APIRouter:
    """What a link is for, and taking it up."""
    router = APIRouter(prefix="/v1/api/auth/links", tags=["Sign-in"], responses=PROBLEMS)
    router.post("/read", operation_id="read_link")(read_link)
    router.post("/use", operation_id="use_link")(use_link)
    return router


async def read_link(
    body: LinkToken, database: Db, ip_address: IpAddress, now: Now, response: Response
) -> LinkView:
    """Whom a link is for, and what it is good for. It can still be used afterwards."""
    merchant_id, staff_id, secret = tokens.read_link_token(body.token.get_secret_value())
    response.headers["Cache-Control"] = "no-store"
    async with database.tenant(merchant_id) as session:
        opened = await queries.read_link(session, staff_id=staff_id, secret=secret, now=now)
        await networks.check_admitted(session, ip_address)
    return LinkView.of(opened)


async def use_link(
    body: LinkUse,
    database: Db,
    ip_address: IpAddress,
    now: Now,
    request: Request,
    response: Response,
) -> SessionTokens:
    """Set your password by a link you were given, and your name where you join; you are signed in.

    It works once; sessions that were begun with the old password end.
    """
    merchant_id, staff_id, secret = tokens.read_link_token(body.token.get_secret_value())
    async with database.tenant(merchant_id) as session:
        await queries.read_link(session, staff_id=staff_id, secret=secret, now=now)
        await networks.check_admitted(session, ip_address)
    password = rules.checked_password(body.password.get_secret_value())
    # Outside a transaction: it takes long on purpose, and a connection has better to do.
    password_hash = await passwords.hash_password(password)
    async with database.tenant(merchant_id) as session:
        origin: str | None = request.state.origin.network
        sign(session, Author(f"staff:{to_wire('stf', staff_id)}", device_at(request), origin))
        member = await links.use_link(
            session,
            staff_id=staff_id,
            secret=secret,
            password_hash=password_hash,
            name=body.name,
            now=now,
        )
        started = await sessions.start_session(
            session, staff_id=member.id, device=device_at(request), now=now
        )
    return handed_over(started, request, response, cookie=body.cookie)
