"""Pouring events into a Mailchimp audience, many in one batch of operations.

A member is put by the hash of their e-mail, as often as one likes. An event has no key at
Mailchimp: one whose batch was repeated because its answer was lost may stand there twice, with the
same `event_id` in it.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from loyalnest.integrations.calls import Line, Said, Unclear, Unreached, Way, explain
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import Accepted, Doubtful, Field, Outcome, Provider, Reason, Refused, State
from loyalnest.sinks import Drop, Person, SinkAccount, SinkOffer

_NAME_LENGTH = 30
_KEY = r"[0-9a-f]{16,64}-[a-z]{2,3}\d{1,3}"


class MailchimpSink:
    """One audience at Mailchimp."""

    def __init__(self, account: SinkAccount, way: Way):
        self._way = way
        key = account.credentials["api_key"]
        self._list = f"/lists/{account.options['audience_id']}"
        # The data center that an account is in stands behind its key.
        base = way.base_url or f"https://{key.rpartition('-')[2]}.api.mailchimp.com"
        self._line = Line(
            Way(base, way.clock, way.timeout_s),
            auth=("loyalnest", key),
            headers={"content-type": "application/json"},
        )

    async def pour(self, drops: Sequence[Drop]) -> Outcome:
        """Members first, then what happened to them, in one batch that Mailchimp works through."""
        people = {it.person.customer_id: it.person for it in drops}
        operations = [self._member(it) for it in people.values()]
        operations += [self._event(it) for it in drops]
        body = json.dumps({"operations": operations}).encode()
        try:
            said = await self._line.ask("POST", "/3.0/batches", content=body)
            return self._read(said)
        except Unreached as error:
            return Refused(Reason.UNAVAILABLE, code=error.why)
        except Unclear as error:
            return Doubtful(error.why)

    async def close(self) -> None:
        """Give connections back."""
        await self._line.close()

    def _read(self, said: Said) -> Outcome:
        told = said.json()
        if said.is_yes:
            if not isinstance(told.get("id"), str):
                raise Unclear("no_id")
            return Accepted(told["id"], State.QUEUED)
        return explain(said, None, code=str(told.get("title", ""))[:100], now=self._way.clock())

    def _member(self, person: Person) -> dict[str, Any]:
        """Whoever is told of has agreed; who left the audience stays out of it."""
        member = {
            "email_address": person.email,
            "status_if_new": "subscribed",
            "language": (person.language or "").partition("-")[0][:2],
        }
        kept = {name: value for name, value in member.items() if value}
        path = f"{self._list}/members/{_hash(person)}"
        return {"method": "PUT", "path": path, "body": json.dumps(kept)}

    def _event(self, drop: Drop) -> dict[str, Any]:
        properties = {name: _plain(value) for name, value in drop.data.items()}
        event = {
            "name": f"loyalnest_{drop.type.replace('.', '_')}"[:_NAME_LENGTH],
            "properties": {**properties, "event_id": to_wire("evt", drop.event_id)},
            "occurred_at": drop.occurred_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            # History sets no automation going.
            "is_syncing": drop.is_history,
        }
        path = f"{self._list}/members/{_hash(drop.person)}/events"
        return {
            "method": "POST",
            "path": path,
            "body": json.dumps(event),
            "operation_id": to_wire("evt", drop.event_id),
        }


def sink_offer(way: Way) -> SinkOffer:
    """Mailchimp as a tool that is told what happens."""
    return SinkOffer(
        provider=Provider.MAILCHIMP,
        open=lambda account: MailchimpSink(account, way),
        fields={
            "api_key": Field("Marketing API key", secret=True, pattern=_KEY),
            "audience_id": Field("Audience ID", pattern="[0-9a-f]{6,20}"),
        },
        # With a member each no more operations than a batch is taken with.
        at_most=250,
    )


def _hash(person: Person) -> str:
    return hashlib.md5(person.email.lower().encode(), usedforsecurity=False).hexdigest()


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
