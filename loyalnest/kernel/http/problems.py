"""Every failure as a problem document (RFC 9457), with a code that programs can rely on."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

import structlog
from asyncpg import (  # pyright: ignore[reportMissingTypeStubs]
    InterfaceError,
    PostgresError,
)
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from loyalnest.kernel.errors import (
    Conflict,
    Contended,
    DomainError,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from loyalnest.kernel.faults import Fault, classify
from loyalnest.kernel.logs import trace_id

PROBLEM_TYPE = "application/problem+json"
MET_ANOTHER = "met_another"
"""Marks, in a request's state, that its transaction gave way to another's: it may be repeated."""
_STATUS: Mapping[type[DomainError], int] = {
    Malformed: 400,
    TooLarge: 413,
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    RateLimited: 429,
    Unavailable: 503,
}
_FIELDS_SHOWN = 50
_log = structlog.get_logger("http")


class InvalidRequest(Invalid):
    """Some of what you sent is missing or not as it should be; see `fields`."""


class OutOfRange(Invalid):
    """A value is too large, or holds a character that can't be stored."""


class DatabaseAway(Unavailable):
    """The database does not answer at the moment; try again in a few seconds."""


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(description="The HTTP status in words.", examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(description="Stable; decide by it.", examples=["NOT_FOUND"])
    detail: str = Field(description="For people.", examples=["There is no such thing."])
    fields: dict[str, str] = Field(
        default_factory=dict, description="What is wrong with which field of the request."
    )
    trace_id: str | None = Field(default=None, description="Names this request in the logs.")


def _documented(description: str) -> dict[str, Any]:
    # By its name alone: of a `model` the framework would make a validator that nobody uses, for
    # every failure of every route: a tenth of the program's start, and most of making its routes.
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _documented("The body is not JSON that can be read."),
    401: _documented("No valid key or access token."),
    403: _documented("The key lacks the scope."),
    404: _documented("There is no such thing, or it is not yours."),
    409: _documented("It contradicts what is already there."),
    413: _documented("The body is too large."),
    422: _documented("The request makes no sense as it stands; see `fields`."),
    429: _documented("Too many requests; wait for `Retry-After` seconds."),
    503: _documented("It can't be done right now; try again later."),
}
"""The `responses=` of every router: what may go wrong, for the OpenAPI document."""


def problem_of(error: DomainError) -> Problem:
    """The document for an error."""
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    return _problem(status, error.code, error.detail, error.fields)


def problem_response(error: DomainError) -> Response:
    """The answer to a request that ended in this error."""
    headers = dict(error.headers)
    if isinstance(error, RateLimited | Unavailable):
        wait_s = getattr(error, "retry_after_s", 5.0)
        headers["Retry-After"] = str(max(1, int(-(-wait_s // 1))))
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return _respond(problem_of(error), headers)


def unexpected_response() -> Response:
    """The answer when the program is at fault: nothing but the id to find it in the logs."""
    detail = "Something went wrong on our side. It has been recorded under this trace id."
    return _respond(_problem(500, "INTERNAL_ERROR", detail, {}), {})


def translate(error: Exception) -> DomainError | None:
    """What a failure of the database means to the caller, or None when it is our own fault."""
    fault = classify(error)
    if fault is Fault.CONTENDED:
        return Contended()
    if fault is Fault.OUTAGE or isinstance(error, PoolTimeout):
        return DatabaseAway()
    cause = getattr(error, "orig", None) or error
    state = str(getattr(cause, "sqlstate", None) or "")
    if state.startswith("22") or isinstance(cause.__cause__ or cause, ValueError):
        return OutOfRange()  # refused by the server, or by the driver before it got there
    return None


def answer_problems(app: FastAPI) -> None:
    """Let every failure of this application leave as a problem document."""
    app.add_exception_handler(DomainError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(UnicodeEncodeError, _on_half_a_character)
    for refused in (DBAPIError, PoolTimeout, PostgresError, InterfaceError, OSError):
        app.add_exception_handler(refused, _on_database_error)
    # Without it the answer would be a line of plain text.
    app.add_exception_handler(Exception, _on_anything_else)


async def _on_domain_error(request: Request, error: Exception) -> Response:
    if not any(isinstance(error, kind) for kind in _STATUS):
        raise error
    return _answer(request, cast(DomainError, error))


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    found: Sequence[dict[str, Any]] = cast(RequestValidationError, error).errors()
    if any(item["type"] == "json_invalid" for item in found):
        return _respond(_problem(400, Malformed().code, Malformed().detail, {}), {})
    fields = {_path(item["loc"]): str(item["msg"]) for item in found[:_FIELDS_SHOWN]}
    return problem_response(InvalidRequest(fields=fields))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    refused = cast(HTTPException, error)
    status = HTTPStatus(refused.status_code)
    code = Malformed().code if status == 400 else status.name
    detail = _DETAILS.get(status, status.description or status.phrase)
    return _respond(_problem(status, code, detail, {}), dict(refused.headers or {}))


async def _on_database_error(request: Request, error: Exception) -> Response:
    meaning = translate(error)
    if meaning is None:
        raise error
    _log.warning("database_refused", error=type(error).__name__, meaning=meaning.code)
    return _answer(request, meaning)


async def _on_half_a_character(request: Request, error: Exception) -> Response:
    """JSON can spell half an emoji (`\\ud83d` alone), which nothing can store or compare."""
    return problem_response(OutOfRange())


async def _on_anything_else(request: Request, error: Exception) -> Response:
    """Answers; the error itself goes on to whoever logs it."""
    return unexpected_response()


def _answer(request: Request, error: DomainError) -> Response:
    if isinstance(error, Contended):
        setattr(request.state, MET_ANOTHER, True)
    return problem_response(error)


_DETAILS = {
    HTTPStatus.BAD_REQUEST: "The body is not JSON that can be read.",
    HTTPStatus.NOT_FOUND: "There is no such address here.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address exists, but not for this method.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
}


def _problem(status: int, code: str, detail: str, fields: Mapping[str, str]) -> Problem:
    return Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        fields=dict(fields),
        trace_id=trace_id(),
    )


def _respond(problem: Problem, headers: Mapping[str, str]) -> Response:
    return JSONResponse(problem.model_dump(), problem.status, {**headers}, media_type=PROBLEM_TYPE)


def _path(location: Sequence[object]) -> str:
    """`("body", "lines", 0, "price")` as `lines.0.price`; a parameter by its own name."""
    parts = [str(part) for part in location]
    return ".".join(parts[1:] or parts)[:200]
