"""Carrying e-mail and SMS by way of Klaviyo: each letter is an event that sets a flow going.

Klaviyo has no call that sends a message. The merchant makes a flow that is triggered by our metric
and puts in what the event brings; the event's `unique_id` is the letter's key, so that the same
letter twice is one event.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from loyalnest.integrations.calls import Said, Unclear, Way, carried, explain, tell_refusal
from loyalnest.integrations.klaviyo.api import (
    BODY_BYTES,
    BULK_EVENTS_PATH,
    blamed,
    encode_events,
    errors_of,
    happened,
    open_line,
)
from loyalnest.integrations.klaviyo.words import ADDRESS_FIELDS, REASONS
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import (
    WIRE_PREFIX,
    Accepted,
    Account,
    Channel,
    Doubtful,
    Found,
    Letter,
    Mail,
    Outcome,
    Reason,
    Refused,
    State,
    Words,
)

METRICS: Mapping[Channel, str] = {
    Channel.EMAIL: "LoyalNest Email",
    Channel.SMS: "LoyalNest SMS",
}
"""What the merchant's flows are triggered by."""
_Item = dict[str, Any]
_TAKEN = 202


class KlaviyoCarrier:
    """One account at Klaviyo."""

    def __init__(self, account: Account, way: Way):
        self._account = account
        self._clock = way.clock
        self._line = open_line(way, account.credentials["private_key"])

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand letters over in as few calls as their size allows."""
        outcomes: list[Outcome] = []
        for part in _parts([_item(letter) for letter in letters]):
            outcomes += await self._send(part)
        return outcomes

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Found]:
        """Never needed: a letter is repeated with the same key."""
        return [Doubtful("no_look_up") for _ in letters]

    async def close(self) -> None:
        """Give connections back."""
        await self._line.close()

    async def _send(self, items: list[_Item]) -> list[Outcome]:
        """One call; where Klaviyo blames some of it, the rest goes once more by itself."""
        bad: dict[int, Outcome] = {}
        outcome = await self._call(items, bad)
        if not bad:
            return [outcome] * len(items)
        rest = [item for number, item in enumerate(items) if number not in bad]
        again = await self._call(rest, {}) if rest else outcome
        return [bad.get(number, again) for number in range(len(items))]

    async def _call(self, items: list[_Item], bad: dict[int, Outcome]) -> Outcome:
        call = self._line.ask("POST", BULK_EVENTS_PATH, content=encode_events(items))
        return await carried(self._account, call, partial(self._read, bad), now=self._clock())

    def _read(self, bad: dict[int, Outcome], said: Said) -> Outcome:
        if said.is_yes:
            if said.status != _TAKEN:
                raise Unclear("not_taken")
            return Accepted(None, State.QUEUED)
        errors = errors_of(said)
        code = str(errors[0].get("code"))[:100] if errors else None
        refused = explain(said, REASONS.get(code or ""), code=code, now=self._clock())
        if said.status == 400:
            for number, part in blamed(errors).items():
                reason = Reason.ADDRESS_INVALID if part in ADDRESS_FIELDS else refused.reason
                bad[number] = Refused(reason, code=code)
        request_id = str(errors[0].get("id"))[:100] if errors else None
        return tell_refusal(self._account, refused, request_id)


def _item(letter: Letter) -> _Item:
    """A letter as an event."""
    properties: dict[str, Any] = {
        "message_id": to_wire(WIRE_PREFIX, letter.message_id),
        "occasion": letter.occasion,
        "purpose": letter.purpose.value,
        "language": letter.language,
    }
    match letter.content:
        case Mail(subject, text, html):
            properties |= {"subject": subject, "text": text, "html": html or ""}
            link = letter.headers.get("List-Unsubscribe", "")
            properties["unsubscribe"] = link.strip("<>").partition(">")[0]
        case Words(text):
            properties["text"] = text
        case approved:
            properties["template"] = approved.name
    who = "email" if letter.channel is Channel.EMAIL else "phone_number"
    return happened({who: letter.to}, METRICS[letter.channel], properties, unique_id=letter.key)


def _parts(items: list[_Item]) -> Iterator[list[_Item]]:
    """Items in their order, as many together as a body may hold."""
    part: list[_Item] = []
    size = 0
    for item in items:
        length = len(encode_events([item]))
        if part and size + length > BODY_BYTES:
            yield part
            part, size = [], 0
        part.append(item)
        size += length
    if part:
        yield part
