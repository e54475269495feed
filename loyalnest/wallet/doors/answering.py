"""What the doors have in common: what goes wrong is a problem document, and a limit is one."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from loyalnest.kernel.errors import DomainError, RateLimited
from loyalnest.kernel.http import problem_response, translate
from loyalnest.kernel.limits import Buckets

Answer: TypeAlias = Callable[[Request], Awaitable[Response]]


def door(answer: Answer) -> Answer:
    """Answers with a problem document where something is wrong; phones look at the status alone."""

    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except Exception as error:
            meaning = error if isinstance(error, DomainError) else translate(error)
            if meaning is None:
                raise
            return problem_response(meaning)

    return answered


def within(buckets: Buckets, key: Hashable) -> None:
    """Count a request. Raises RateLimited."""
    verdict = buckets.take(key)
    if not verdict.allowed:
        raise RateLimited(retry_after_s=verdict.retry_after_s)


def address_of(request: Request) -> str:
    """Where a request comes from, behind the proxies that are trusted."""
    return str(request.scope["state"]["address"])
