"""Pouring events and profiles into Klaviyo, in bulk jobs.

The event's id is its `unique_id`, by which the same event twice is one. What happened before the
account was connected is a backfill, which sets no flow going.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from loyalnest.integrations.calls import (
    Budget,
    Limit,
    Line,
    Said,
    Unclear,
    Unreached,
    Way,
    explain,
)
from loyalnest.integrations.klaviyo.api import (
    BULK_EVENTS_PATH,
    BULK_PROFILES_PATH,
    EVENTS_AT_MOST,
    encode,
    encode_events,
    errors_of,
    happened,
    open_line,
)
from loyalnest.integrations.klaviyo.words import REASONS
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import Accepted, Doubtful, Field, Outcome, Provider, Reason, Refused, State
from loyalnest.sinks import Drop, Outflow, Person, SinkAccount, SinkOffer

# Of either kind of job: so many at once, and so many a minute.
_LIMITS = (Limit(10, 1), Limit(150, 60))
_TAKEN = 202


class KlaviyoSink:
    """One account at Klaviyo."""

    def __init__(self, account: SinkAccount, way: Way, budget: Budget):
        self._way = way
        self._budget = budget
        self._line: Line = open_line(way, account.credentials["private_key"])

    async def pour(self, drops: Sequence[Drop]) -> Outcome:
        """Profiles first, so that events find them; both may come twice."""
        people = {it.person.customer_id: it.person for it in drops}
        profiles = [{"type": "profile", "attributes": _profile(it)} for it in people.values()]
        told = encode("profile-bulk-import-job", {"profiles": {"data": profiles}})
        outcome = await self._job(BULK_PROFILES_PATH, told)
        if isinstance(outcome, Accepted):
            outcome = await self._job(BULK_EVENTS_PATH, encode_events([_event(it) for it in drops]))
        return outcome

    async def close(self) -> None:
        """Give connections back."""
        await self._line.close()

    async def _job(self, path: str, body: bytes) -> Outcome:
        await self._budget.take()
        try:
            said = await self._line.ask("POST", path, content=body)
            return self._read(said)
        except Unreached as error:
            return Refused(Reason.UNAVAILABLE, code=error.why)
        except Unclear as error:
            return Doubtful(error.why)

    def _read(self, said: Said) -> Outcome:
        if said.status == _TAKEN:
            return Accepted(None, State.QUEUED)
        if said.is_yes:
            raise Unclear("not_taken")
        errors = errors_of(said)
        code = str(errors[0].get("code"))[:100] if errors else None
        return explain(said, REASONS.get(code or ""), code=code, now=self._way.clock())


def sink_offer(way: Way) -> SinkOffer:
    """Klaviyo as a tool that is told what happens."""
    budgets: dict[Any, Budget] = {}

    def open_(account: SinkAccount) -> Outflow:
        budget = budgets.setdefault(
            account.sink_id, Budget(_LIMITS, clock=lambda: asyncio.get_running_loop().time())
        )
        return KlaviyoSink(account, way, budget)

    return SinkOffer(
        provider=Provider.KLAVIYO,
        open=open_,
        fields={
            "private_key": Field("Private API key", secret=True, pattern="pk_[0-9a-zA-Z_]{8,80}")
        },
        at_most=EVENTS_AT_MOST // 2,
    )


def _profile(person: Person) -> dict[str, Any]:
    """Somebody as Klaviyo knows them: by their e-mail, and by our id."""
    told = {
        "email": person.email,
        "phone_number": person.phone,
        "external_id": to_wire("cus", person.customer_id),
        "first_name": person.name,
        "locale": person.language,
    }
    return {name: value for name, value in told.items() if value}


def _event(drop: Drop) -> dict[str, Any]:
    properties: Mapping[str, Any] = {**drop.data, "event_id": to_wire("evt", drop.event_id)}
    return happened(
        {"email": drop.person.email},
        f"LoyalNest {drop.type}",
        properties,
        unique_id=drop.event_id.hex,
        at=drop.occurred_at.isoformat(),
        backfill=drop.is_history,
    )
