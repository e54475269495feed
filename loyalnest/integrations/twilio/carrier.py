"""Carrying SMS and WhatsApp messages by Twilio's Messages resource.

Twilio knows no idempotency key. What was sent is found again by its number, its sender and its
words; every status comes to an address that names the message.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from loyalnest.integrations.calls import (
    Line,
    Object,
    Said,
    Unclear,
    Unreached,
    Way,
    as_objects,
    carried,
    explain,
    tell_refusal,
)
from loyalnest.integrations.twilio.words import REASONS, STATES
from loyalnest.kernel.ids import made_at, to_wire
from loyalnest.messaging import (
    WIRE_PREFIX,
    Accepted,
    Account,
    Approved,
    Channel,
    Doubtful,
    Found,
    Letter,
    Outcome,
    Reason,
    Refused,
    State,
    Unseen,
    Words,
)

MESSAGE_PARAMETER = "message"
"""What the address for a message's statuses calls the message."""
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_WHATSAPP = "whatsapp:"
_LOOKED_AT = "100"


class TwilioCarrier:
    """One account at Twilio."""

    def __init__(self, account: Account, way: Way):
        self._account = account
        self._clock = way.clock
        sid = account.options["account_sid"]
        self._path = f"/2010-04-01/Accounts/{sid}/Messages.json"
        self._line = Line(
            way,
            auth=(sid, account.credentials["auth_token"]),
        )

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand letters over, one call each."""
        return [await self._send(letter) for letter in letters]

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Found]:
        """Ask for what was sent to each letter's number since the letter was written."""
        return [await self._look_up(letter) for letter in letters]

    async def close(self) -> None:
        """Give connections back."""
        await self._line.close()

    async def _send(self, letter: Letter) -> Outcome:
        to = self._name_of(letter.to)
        if to is None:
            return Refused(Reason.REFUSED, code="not_a_number")
        form = {"To": to, **self._sender(), **_content(letter)}
        if self._account.reports_to:
            message = to_wire(WIRE_PREFIX, letter.message_id)
            form["StatusCallback"] = f"{self._account.reports_to}?{MESSAGE_PARAMETER}={message}"
        call = self._line.ask("POST", self._path, form=form)
        return await carried(self._account, call, self._read, now=self._clock())

    def _read(self, said: Said) -> Outcome:
        told = said.json()
        if said.is_yes:
            if not isinstance(told.get("sid"), str):
                raise Unclear("no_sid")
            return Accepted(told["sid"], _state_of(told))
        code = told.get("code")
        reason = REASONS.get(code) if isinstance(code, int) else None
        refused = explain(said, reason, code=_text(code), now=self._clock())
        return tell_refusal(self._account, refused, said.headers.get("twilio-request-id"))

    async def _look_up(self, letter: Letter) -> Found:
        to = self._name_of(letter.to)
        if to is None:
            return Unseen()
        if isinstance(letter.content, Approved):
            # Twilio shows the words that came of the template, which nobody here knows.
            return Doubtful("template")
        params = {"To": to, "PageSize": _LOOKED_AT}
        if self._from:
            params["From"] = self._from
        try:
            said = await self._line.ask("GET", self._path, params=params)
            if not said.is_yes:
                return Doubtful(str(said.status))
            found = said.json()["messages"]
        except (Unreached, Unclear) as error:
            return Doubtful(error.why)
        except KeyError:
            return Doubtful("garbage")
        return _found(letter, as_objects(found))

    def _sender(self) -> Mapping[str, str]:
        service = self._account.options.get("messaging_service_sid")
        return {"MessagingServiceSid": service} if service else {"From": self._from}

    @property
    def _from(self) -> str:
        """The number it comes from; a service of Twilio's chooses one by itself."""
        if self._account.options.get("messaging_service_sid"):
            return ""
        return self._prefix + self._account.origin

    @property
    def _prefix(self) -> str:
        return _WHATSAPP if self._account.channel is Channel.WHATSAPP else ""

    def _name_of(self, address: str) -> str | None:
        """A number as Twilio wants it; None for somebody who shows no number."""
        return self._prefix + address if _NUMBER.fullmatch(address) else None


def _content(letter: Letter) -> Mapping[str, str]:
    match letter.content:
        case Approved(name, _, variables):
            numbered = {str(number + 1): it for number, it in enumerate(variables)}
            filled = {"ContentVariables": json.dumps(numbered)} if numbered else {}
            return {"ContentSid": name, **filled}
        case Words(text):
            return {"Body": text}
        case mail:
            return {"Body": mail.text}


def _found(letter: Letter, messages: Iterable[Object]) -> Found:
    """The message that this letter became, among those to the same number."""
    text = _content(letter)["Body"]
    written_at = made_at(letter.message_id).replace(microsecond=0)
    for told in messages:
        created = _instant(told.get("date_created"))
        if told.get("body") == text and created is not None and created >= written_at:
            return Accepted(_text(told.get("sid")), _state_of(told))
    return Unseen()


def _state_of(told: Mapping[str, Any]) -> State:
    """Whether Twilio has it or has sent it; how it ended is told by its statuses."""
    state = STATES.get(str(told.get("status")))
    return State.QUEUED if state in (None, State.QUEUED) else State.SENT


def _instant(text: Any) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)[:100]
