"""Carrying WhatsApp messages by Meta's Cloud API.

Meta knows no idempotency key and no look-up. It gives back, with every status, what it was told
about a message, and so a letter whose answer was lost is settled by the first status of it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from loyalnest.integrations.calls import (
    Line,
    Said,
    Unclear,
    Way,
    as_object,
    carried,
    explain,
    tell_refusal,
)
from loyalnest.integrations.meta.words import PAUSES_S, REASONS
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import (
    WIRE_PREFIX,
    Accepted,
    Account,
    Approved,
    Doubtful,
    Found,
    Letter,
    Outcome,
    Refused,
    State,
    Words,
)

VERSION = "v23.0"
# What a template's variable may not hold: breaks, tabs, and more than four spaces in a row.
_SPACE = re.compile(r"\s+")


class MetaCarrier:
    """One phone number at Meta."""

    def __init__(self, account: Account, way: Way):
        self._account = account
        self._clock = way.clock
        self._path = f"/{VERSION}/{account.options['phone_number_id']}/messages"
        self._line = Line(
            way,
            headers={"authorization": f"Bearer {account.credentials['access_token']}"},
        )

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand letters over, one call each."""
        return [await self._send(letter) for letter in letters]

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Found]:
        """Meta can't be asked; its statuses tell."""
        return [Doubtful("no_look_up") for _ in letters]

    async def close(self) -> None:
        """Give connections back."""
        await self._line.close()

    async def _send(self, letter: Letter) -> Outcome:
        call = self._line.ask(
            "POST",
            self._path,
            content=json.dumps(_body(letter)).encode(),
            headers={"content-type": "application/json"},
        )
        return await carried(self._account, call, self._read, now=self._clock())

    def _read(self, said: Said) -> Outcome:
        told = said.json()
        if said.is_yes:
            try:
                return Accepted(str(told["messages"][0]["id"]), State.QUEUED)
            except (KeyError, IndexError, TypeError):
                raise Unclear("no_id") from None
        code = _code_of(told)
        reason = None if code is None else REASONS.get(code)
        named = None if code is None else str(code)
        refused = explain(said, reason, code=named, now=self._clock())
        if code is not None and code in PAUSES_S and refused.retry_after is None:
            pause = timedelta(seconds=PAUSES_S[code])
            refused = Refused(refused.reason, retry_after=pause, code=refused.code)
        return tell_refusal(self._account, refused, said.headers.get("x-fb-trace-id"))


def _code_of(told: Mapping[str, Any]) -> int | None:
    code: Any = as_object(told.get("error")).get("code")
    return code if isinstance(code, int) else None


def _body(letter: Letter) -> Mapping[str, Any]:
    """A message as Meta's description wants it, which is stricter than its servers are."""
    shared = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": letter.to,
        "biz_opaque_callback_data": to_wire(WIRE_PREFIX, letter.message_id),
    }
    match letter.content:
        case Approved(name, language, variables):
            parameters = [{"type": "text", "text": _SPACE.sub(" ", it)} for it in variables]
            template: dict[str, Any] = {
                "name": name,
                "language": {"policy": "deterministic", "code": language},
            }
            if parameters:
                template["components"] = [{"type": "body", "parameters": parameters}]
            return {**shared, "type": "template", "template": template}
        case Words(text):
            return {**shared, "type": "text", "text": {"body": text, "preview_url": False}}
        case mail:
            return {**shared, "type": "text", "text": {"body": mail.text, "preview_url": False}}
