"""REST: signing in and out, one's own password, and where one is signed in."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from enum import Enum
from uuid import UUID

from fastapi import APIRouter, Request, Response

from loyalnest.kernel.database import Database
from loyalnest.kernel.events import sign
from loyalnest.kernel.http import (
    ONLY_FOR,
    PROBLEMS,
    Address,
    Caller,
    CallerKind,
    Db,
    IpAddress,
    Now,
    SignedIn,
)
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.limits import Buckets
from loyalnest.staff import passwords, queries, rules, tokens
from loyalnest.staff.errors import (
    EmailInvalid,
    NotSignedIn,
    SessionEnded,
    SignInFailed,
    TooManySignIns,
)
from loyalnest.staff.routes import cookie
from loyalnest.staff.schemas import (
    DeviceList,
    Identity,
    NewPassword,
    Refresh,
    SessionTokens,
    SignIn,
)
from loyalnest.staff.service import members, networks, sessions, team
from loyalnest.staff.values import Account

_TAGS: list[str | Enum] = ["Sign-in"]
_PEOPLE = {ONLY_FOR: [CallerKind.STAFF]}


def router_of(attempts: Buckets) -> APIRouter:
    """Sessions; `attempts` counts who tries passwords."""
    router = APIRouter()
    router.routes += _password_routes(attempts).routes
    router.routes += _session_routes().routes
    return router


def _password_routes(attempts: Buckets) -> APIRouter:
    router = APIRouter(prefix="/v1/api/auth", tags=_TAGS, responses=PROBLEMS)
    counted = _counting(attempts)

    @router.post("/login", operation_id="sign_in")
    async def _sign_in(  # pyright: ignore[reportUnusedFunction]
        body: SignIn,
        database: Db,
        address: Address,
        ip_address: IpAddress,
        now: Now,
        request: Request,
        response: Response,
    ) -> SessionTokens:
        """Sign in with e-mail and password.

        Five attempts in 15 minutes for each account and address; one that succeeds doesn't count.
        """
        email = _looked_up(body.email)
        with counted(email, address):
            account = await _account_of(database, email, body)
        async with database.tenant(account.merchant_id) as session:
            # Only now: whoever doesn't know the password learns nothing of the merchant.
            await networks.check_admitted(session, ip_address)
            started = await sessions.start_session(
                session, staff_id=account.staff_id, device=cookie.device_at(request), now=now
            )
        return cookie.handed_over(started, request, response, cookie=body.cookie)

    @router.put("/password", operation_id="change_password", status_code=204, openapi_extra=_PEOPLE)
    async def _change_password(  # pyright: ignore[reportUnusedFunction]
        body: NewPassword, caller: SignedIn, database: Db, address: Address, now: Now
    ) -> None:
        """Change your own password; every session of yours ends."""
        _session_of(caller)
        with counted(caller.subject_id, address):
            async with database.tenant(caller.merchant_id) as session:
                sign(session, caller.author)
                await members.change_password(
                    session,
                    staff_id=caller.subject_id,
                    current=body.current_password.get_secret_value(),
                    new=body.new_password.get_secret_value(),
                    actor=caller.actor,
                    now=now,
                )

    return router


def _counting(attempts: Buckets) -> Callable[..., AbstractContextManager[None]]:
    @contextmanager
    def counted(*asking: object) -> Generator[None]:
        # Taken before the password is looked at, so that many at once don't slip through.
        verdict = attempts.take(asking)
        if not verdict.allowed:
            raise TooManySignIns(retry_after_s=verdict.retry_after_s)
        yield
        attempts.give_back(asking)

    return counted


def _looked_up(email: str) -> str:
    try:
        return rules.normalised_email(email)
    except EmailInvalid:
        return email[:320].lower()  # belongs to nobody, and takes as long to find that out


async def _account_of(database: Database, email: str, body: SignIn) -> Account:
    async with database.batch([]) as session:
        account = await queries.find_account(session, email=email, merchant=body.merchant)
    # Outside the transaction: this takes long on purpose, and a connection has better to do.
    stored = account.password_hash if account else None
    right = await passwords.verify(stored, rules.composed(body.password.get_secret_value()))
    if account is None or not right:
        raise SignInFailed
    return account


def _session_routes() -> APIRouter:
    router = APIRouter(prefix="/v1/api/auth", tags=_TAGS, responses=PROBLEMS)
    router.post("/refresh", operation_id="refresh_session")(refresh_session)
    router.get("/me", operation_id="get_identity")(get_identity)
    for method, path, route, name in (
        ("POST", "/logout", sign_out, "sign_out"),
        ("POST", "/logout-everywhere", sign_out_everywhere, "sign_out_everywhere"),
        ("DELETE", "/sessions/{session_id}", end_own_session, "end_own_session"),
    ):
        router.add_api_route(
            path,
            route,
            methods=[method],
            operation_id=name,
            status_code=204,
            openapi_extra=_PEOPLE,
        )
    router.get("/sessions", operation_id="list_own_sessions", openapi_extra=_PEOPLE)(
        list_own_sessions
    )
    return router


async def refresh_session(
    body: Refresh,
    database: Db,
    ip_address: IpAddress,
    now: Now,
    request: Request,
    response: Response,
) -> SessionTokens:
    """Exchange a refresh token for the next pair of tokens.

    Each works once. One that comes back more than ten seconds later ends its session: it may
    have been stolen.
    """
    sent = body.refresh_token.get_secret_value() if body.refresh_token else None
    token = request.cookies.get(cookie.NAME, "") if sent is None else sent
    merchant_id, token_id, secret = tokens.read_refresh_token(token)
    async with database.tenant(merchant_id) as session:
        renewed = await sessions.refresh(
            session, token_id=token_id, secret=secret, address=ip_address, now=now
        )
    if renewed is None:
        raise SessionEnded
    return cookie.handed_over(renewed, request, response, cookie=sent is None)


async def sign_out(caller: SignedIn, database: Db, now: Now, response: Response) -> None:
    """End this session; its tokens are worth nothing from now on."""
    family_id = _session_of(caller)
    cookie.taken_back(response)
    async with database.tenant(caller.merchant_id) as session:
        await sessions.sign_out(session, family_id=family_id, now=now)


async def sign_out_everywhere(caller: SignedIn, database: Db, now: Now, response: Response) -> None:
    """End every session of yours, on every device."""
    _session_of(caller)
    cookie.taken_back(response)
    async with database.tenant(caller.merchant_id) as session:
        sign(session, caller.author)
        await team.leave_everywhere(session, by=caller, now=now)


async def list_own_sessions(caller: SignedIn, database: Db, now: Now) -> DeviceList:
    """Where you are signed in, the latest used first."""
    here = _session_of(caller)
    async with database.tenant(caller.merchant_id) as session:
        found = await queries.list_devices(session, caller.subject_id, now=now)
    return DeviceList.of(found, here)


async def end_own_session(session_id: str, caller: SignedIn, database: Db, now: Now) -> None:
    """End one session of yours, on another device as well as here."""
    _session_of(caller)
    async with database.tenant(caller.merchant_id) as session:
        sign(session, caller.author)
        await team.leave_device(
            session, session_id=from_wire("ses", session_id), by=caller, now=now
        )


async def get_identity(caller: SignedIn) -> Identity:
    """Who you are, and what you may do."""
    return Identity.of(caller)


def _session_of(caller: Caller) -> UUID:
    if caller.session_id is None:
        raise NotSignedIn
    return caller.session_id
