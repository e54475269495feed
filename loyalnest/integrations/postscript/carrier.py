"""Carrying SMS by Postscript, to people who subscribed there.

It knows no idempotency key, and can't be asked for a message whose id was not heard.
"""

import json
from collections.abc import Sequence
from typing import Any

from loyalnest.integrations.calls import (
    Line,
    Said,
    Unclear,
    Way,
    carried,
    explain,
    tell_refusal,
)
from loyalnest.integrations.postscript.words import REASONS, UNSUBSCRIBED
from loyalnest.messaging import (
    Accepted,
    Account,
    Doubtful,
    Found,
    Letter,
    Outcome,
    Purpose,
    Reason,
    Refused,
    State,
    Words,
)

_PATH = "/api/v2/message_requests"
_CATEGORIES = {Purpose.TRANSACTIONAL: "transactional", Purpose.OUTREACH: "promotional"}


class PostscriptCarrier:
    """One shop at Postscript."""

    def __init__(self, account: Account, way: Way):
        self._account = account
        self._clock = way.clock
        key = account.credentials["private_key"]
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        self._line = Line(way, headers=headers)

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand letters over, one call each."""
        return [await self._send(letter) for letter in letters]

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Found]:
        """It can't be asked."""
        return [Doubtful("no_look_up") for _ in letters]

    async def close(self) -> None:
        """Give connections back."""
        await self._line.close()

    async def _send(self, letter: Letter) -> Outcome:
        if not isinstance(letter.content, Words):
            return Refused(Reason.CONTENT_REFUSED, code="not_plain_words")
        given = {
            "phone": letter.to,
            "body": letter.content.text,
            "category": _CATEGORIES[letter.purpose],
        }
        call = self._line.ask("POST", _PATH, content=json.dumps(given).encode())
        return await carried(self._account, call, self._read, now=self._clock())

    def _read(self, said: Said) -> Outcome:
        told = said.json()
        if said.is_yes:
            if not isinstance(told.get("id"), str):
                raise Unclear("no_id")
            return Accepted(told["id"], State.QUEUED)
        code: Any = told.get("error_code")
        reason = REASONS.get(code) if isinstance(code, int) else None
        named = UNSUBSCRIBED if said.status == 404 else None if code is None else str(code)[:100]
        refused = explain(said, reason, code=named, now=self._clock())
        return tell_refusal(self._account, refused, said.headers.get("x-request-id"))
