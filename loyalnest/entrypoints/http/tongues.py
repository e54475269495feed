"""Refusals in the language of whoever is refused."""

import json
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loyalnest import texts
from loyalnest.kernel.http import PROBLEM_TYPE
from loyalnest.kernel.languages import FALLBACK, accepted, chosen


class Tongues:
    """Puts the `detail` of a problem document into the request's language, where we have words.

    The language is what the request names (`?language=`), else the customer's, else the browser's.
    The shop's plays no part: it would be asked of the database for the sake of a refusal, and whom
    a refusal meets first is somebody not known yet. English says more than a catalogue can, with
    figures, and is what programs get that ask for nothing.
    """

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_problem(message):
                held.append(message)
            elif held:
                start = held.pop()
                await _send_in(_language(scope), start, message, send)
            else:
                await send(message)

        await self.app(scope, receive, say)


async def _send_in(language: str, start: Message, body: Message, send: Send) -> None:
    """Send a problem document, told in a language; documents are short and come in one piece."""
    if language != FALLBACK:
        problem: dict[str, Any] = json.loads(body["body"])
        if words := texts.problem_in(language, problem["code"]):
            told = {**problem, "detail": words}
            body = {**body, "body": json.dumps(told, ensure_ascii=False).encode()}
            headers = MutableHeaders(scope=start)
            headers["Content-Length"] = str(len(body["body"]))
            headers["Content-Language"] = language
    MutableHeaders(scope=start).add_vary_header("Accept-Language")
    await send(start)
    await send(body)


def _is_problem(start: Message) -> bool:
    content = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] >= 400 and content.startswith(PROBLEM_TYPE)


def _language(scope: Scope) -> str:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    explicit = query.get("language", [None])[0]
    customer = scope.get("state", {}).get("locale")
    return chosen((explicit, customer, *accepted(Headers(scope=scope).get("accept-language"))))
