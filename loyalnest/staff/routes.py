"""REST: signing in and out, one's own password, and API keys."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Database
from loyalnest.kernel.http import (
    PROBLEMS,
    Address,
    Caller,
    Db,
    Now,
    Page,
    Paging,
    SignedIn,
    page_of,
    tenant,
)
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.limits import Buckets, Policy
from loyalnest.kernel.settings import Settings
from loyalnest.staff import passwords, queries, rules, tokens
from loyalnest.staff.errors import (
    EmailInvalid,
    NotSignedIn,
    SessionEnded,
    SignInFailed,
    TooManySignIns,
)
from loyalnest.staff.schemas import (
    ApiKeyView,
    CreatedApiKey,
    Identity,
    NewApiKey,
    NewPassword,
    Refresh,
    SessionTokens,
    SignIn,
)
from loyalnest.staff.service import keys, members, sessions
from loyalnest.staff.values import Account, Tokens

Writing = Annotated[AsyncSession, tenant("staff:write")]
_COOKIE, _COOKIE_PATH = "loyalnest_refresh", "/v1/api/auth"


def router_of(settings: Settings) -> APIRouter:
    """The routes of this module; each application counts attempts at passwords for itself."""
    window_s = settings.sign_in_window_minutes * 60
    attempts = Buckets(Policy("sign-in", settings.sign_in_attempts, window_s))
    router = APIRouter(prefix="/v1/api", responses=PROBLEMS)
    router.include_router(_password_routes(attempts))
    router.include_router(_session_routes())
    router.include_router(_key_routes())
    return router


def _password_routes(attempts: Buckets) -> APIRouter:
    router = APIRouter(prefix="/auth", tags=["Sign-in"])

    @contextmanager
    def counted(*asking: object) -> Generator[None]:
        # Taken before the password is looked at, so that many at once don't slip through.
        verdict = attempts.take(asking)
        if not verdict.allowed:
            raise TooManySignIns(retry_after_s=verdict.retry_after_s)
        yield
        attempts.give_back(asking)

    @router.post("/login", operation_id="sign_in")
    async def _sign_in(  # pyright: ignore[reportUnusedFunction]
        body: SignIn,
        database: Db,
        address: Address,
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
            started = await sessions.start_session(session, staff_id=account.staff_id, now=now)
        return _handed_over(started, request, response, cookie=body.cookie)

    @router.put("/password", operation_id="change_password", status_code=204)
    async def _change_password(  # pyright: ignore[reportUnusedFunction]
        body: NewPassword, caller: SignedIn, database: Db, address: Address, now: Now
    ) -> None:
        """Change your own password; every session of yours ends."""
        _session_of(caller)
        with counted(caller.subject_id, address):
            async with database.tenant(caller.merchant_id) as session:
                await members.change_password(
                    session,
                    staff_id=caller.subject_id,
                    current=body.current_password.get_secret_value(),
                    new=body.new_password.get_secret_value(),
                    now=now,
                )

    return router


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
    router = APIRouter(prefix="/auth", tags=["Sign-in"])
    router.post("/refresh", operation_id="refresh_session")(refresh_session)
    router.post("/logout", operation_id="sign_out", status_code=204)(sign_out)
    router.post("/logout-everywhere", operation_id="sign_out_everywhere", status_code=204)(
        sign_out_everywhere
    )
    router.get("/me", operation_id="get_identity")(get_identity)
    return router


async def refresh_session(
    body: Refresh, database: Db, now: Now, request: Request, response: Response
) -> SessionTokens:
    """Exchange a refresh token for the next pair of tokens.

    Each works once. One that comes back a second time ends its session: it may have been stolen.
    """
    sent = body.refresh_token.get_secret_value() if body.refresh_token else None
    token = request.cookies.get(_COOKIE, "") if sent is None else sent
    merchant_id, token_id, secret = tokens.read_refresh_token(token)
    renewed = await _renew(database, merchant_id, token_id, secret, now)
    if renewed is None:
        raise SessionEnded
    return _handed_over(renewed, request, response, cookie=sent is None)


def _handed_over(
    fresh: Tokens, request: Request, response: Response, *, cookie: bool
) -> SessionTokens:
    """The answer that carries these tokens, the second one in a cookie where that is asked for."""
    response.headers["Cache-Control"] = "no-store"
    if cookie:
        # Strict: a page of another site can't make a browser send it.
        response.set_cookie(
            _COOKIE,
            fresh.refresh_token,
            expires=fresh.refresh_expires_at,
            path=_COOKIE_PATH,
            secure=request.state.origin.https,
            httponly=True,
            samesite="strict",
        )
    return SessionTokens.of(fresh, cookie=cookie)


async def _renew(
    database: Database, merchant_id: UUID, token_id: UUID, secret: str, now: datetime
) -> Tokens | None:
    async with database.tenant(merchant_id) as session:
        return await sessions.refresh(session, token_id=token_id, secret=secret, now=now)


async def sign_out(caller: SignedIn, database: Db, now: Now, response: Response) -> None:
    """End this session; its tokens are worth nothing from now on."""
    family_id = _session_of(caller)
    response.delete_cookie(_COOKIE, path=_COOKIE_PATH, httponly=True, samesite="strict")
    async with database.tenant(caller.merchant_id) as session:
        await sessions.sign_out(session, family_id=family_id, now=now)


async def sign_out_everywhere(caller: SignedIn, database: Db, now: Now, response: Response) -> None:
    """End every session of yours, on every device."""
    _session_of(caller)
    response.delete_cookie(_COOKIE, path=_COOKIE_PATH, httponly=True, samesite="strict")
    async with database.tenant(caller.merchant_id) as session:
        await sessions.sign_out_everywhere(session, staff_id=caller.subject_id, now=now)


async def get_identity(caller: SignedIn) -> Identity:
    """Who you are, and what you may do."""
    return Identity.of(caller)


def _session_of(caller: Caller) -> UUID:
    if caller.session_id is None:
        raise NotSignedIn
    return caller.session_id


def _key_routes() -> APIRouter:
    router = APIRouter(prefix="/api-keys", tags=["API keys"])
    router.get("", operation_id="list_api_keys")(list_api_keys)
    router.post("", operation_id="create_api_key", status_code=201)(create_api_key)
    router.delete("/{key_id}", operation_id="revoke_api_key", status_code=204)(revoke_api_key)
    return router


async def list_api_keys(session: Writing, paging: Paging) -> Page[ApiKeyView]:
    """The merchant's keys, oldest first, also those that were revoked."""
    found = await queries.list_api_keys(session, after=paging.after_id(), limit=paging.fetch)
    return page_of(found, paging, show=ApiKeyView.of, key=lambda key: (key.id,))


async def create_api_key(
    body: NewApiKey, session: Writing, caller: SignedIn, now: Now, response: Response
) -> CreatedApiKey:
    """Make a key. The answer holds its secret, which nobody can show again."""
    key, secret = await keys.create_api_key(
        session,
        name=body.name,
        scopes=body.scopes,
        granted_by=caller.scopes,
        actor=caller.actor,
        now=now,
    )
    response.headers["Cache-Control"] = "no-store"
    return CreatedApiKey.with_secret(key, secret)


async def revoke_api_key(key_id: str, session: Writing, now: Now) -> None:
    """Close a key for good."""
    await keys.revoke_api_key(session, from_wire("key", key_id), now=now)
