"""How a session's tokens reach a browser: the second one in a cookie that no script can read."""

from fastapi import Request, Response

from loyalnest.staff import rules
from loyalnest.staff.schemas import SessionTokens
from loyalnest.staff.values import Tokens

NAME, _PATH = "loyalnest_refresh", "/v1/api/auth"


def handed_over(
    fresh: Tokens, request: Request, response: Response, *, cookie: bool
) -> SessionTokens:
    """The answer that carries these tokens, the second one in a cookie where that is asked for."""
    response.headers["Cache-Control"] = "no-store"
    if cookie:
        # Strict: a page of another site can't make a browser send it.
        response.set_cookie(
            NAME,
            fresh.refresh_token,
            expires=fresh.refresh_expires_at,
            path=_PATH,
            secure=request.state.origin.https,
            httponly=True,
            samesite="strict",
        )
    return SessionTokens.of(fresh, cookie=cookie)


def taken_back(response: Response) -> None:
    """Make the browser forget the session."""
    response.delete_cookie(NAME, path=_PATH, httponly=True, samesite="strict")


def device_at(request: Request) -> str | None:
    """What a request comes from, as far as it says so."""
    return rules.device_of(request.headers.get("user-agent", ""))
