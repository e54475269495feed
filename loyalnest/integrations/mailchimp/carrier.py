"""Carrying e-mail by Mailchimp Transactional, which was Mandrill.

It knows no idempotency key. What it reports of a mail bears the metadata it was sent with, among
them the message's id.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from loyalnest.integrations.calls import (
    Line,
    Object,
    Said,
    Unclear,
    Way,
    as_objects,
    carried,
    explain,
    tell_refusal,
)
from loyalnest.integrations.mailchimp.words import ERRORS, REJECTS
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import (
    WIRE_PREFIX,
    Accepted,
    Account,
    Doubtful,
    Found,
    Letter,
    Mail,
    Outcome,
    Reason,
    Refused,
    State,
)

MESSAGE_FIELD = "loyalnest_message"
"""What a mail's metadata call the message."""
_PATH = "/api/1.3/messages/send.json"
_TAG_LENGTH = 50


class MailchimpCarrier:
    """One account at Mailchimp Transactional."""

    def __init__(self, account: Account, way: Way):
        self._account = account
        self._clock = way.clock
        self._line = Line(way, headers={"content-type": "application/json"})

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand letters over, one call each."""
        return [await self._send(letter) for letter in letters]

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Found]:
        """Its search lags behind what it took; its reports tell."""
        return [Doubtful("no_look_up") for _ in letters]

    async def close(self) -> None:
        """Give connections back."""
        await self._line.close()

    async def _send(self, letter: Letter) -> Outcome:
        if not isinstance(letter.content, Mail):
            return Refused(Reason.CONTENT_REFUSED, code="not_a_mail")
        given = {
            "key": self._account.credentials["api_key"],
            "message": self._message(letter, letter.content),
        }
        call = self._line.ask("POST", _PATH, content=json.dumps(given).encode())
        return await carried(self._account, call, self._read, now=self._clock())

    def _read(self, said: Said) -> Outcome:
        if not said.is_yes:
            # Whatever it refuses it answers with 500, and says in the body what it is.
            told = said.json()
            name = str(told.get("name", ""))[:100]
            reason = ERRORS.get(name)
            if reason is None and "name" not in told:
                raise Unclear("no_name")
            return tell_refusal(
                self._account,
                explain(said, reason or Reason.REFUSED, code=name, now=self._clock()),
                said.headers.get("x-request-id"),
            )
        told = _first(said)
        id = told.get("_id")
        match told.get("status"):
            case "sent":
                return Accepted(str(id), State.SENT)
            case "queued" | "scheduled":
                return Accepted(str(id), State.QUEUED)
            case "rejected" | "invalid" as status:
                why = str(told.get("reject_reason") or status)
                refused = Refused(REJECTS.get(why, Reason.REFUSED), code=why[:100])
                return tell_refusal(self._account, refused, str(id))
            case _:
                raise Unclear("no_status")

    def _message(self, letter: Letter, mail: Mail) -> Mapping[str, Any]:
        message: dict[str, Any] = {
            "from_email": self._account.origin,
            "from_name": self._account.name,
            "to": [{"email": letter.to, "type": "to"}],
            "subject": mail.subject,
            "text": mail.text,
            "headers": {
                name: value for name, value in letter.headers.items() if name != "Message-ID"
            },
            "preserve_recipients": False,
            # Our links count clicks by themselves.
            "track_clicks": False,
            "metadata": {MESSAGE_FIELD: to_wire(WIRE_PREFIX, letter.message_id)},
        }
        if mail.html is not None:
            message["html"] = mail.html
        if letter.occasion:
            message["tags"] = [letter.occasion[:_TAG_LENGTH]]
        return message


def _first(said: Said) -> Object:
    """What is said of the one recipient. Raises Unclear."""
    try:
        found = as_objects(json.loads(said.body))
    except ValueError:
        found = []
    if not found:
        raise Unclear("garbage")
    return found[0]
