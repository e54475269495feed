"""What sinks need of others, and are handed by wiring: somebody who pours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from loyalnest.messaging import Field, Outcome, Provider
from loyalnest.sinks.values import Drop, SinkAccount


class Outflow(Protocol):
    """Pours into one account."""

    async def pour(self, drops: Sequence[Drop]) -> Outcome:
        """Hand over events, with whom they are about; all of them or none.

        What was not accepted comes again, so that the same event twice must be one there. Never
        raises over an answer.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


@dataclass(frozen=True, slots=True)
class SinkOffer:
    """A tool: what it needs to know, and how to pour into an account with it."""

    provider: Provider
    open: Callable[[SinkAccount], Outflow]
    fields: Mapping[str, Field] = field(default_factory=dict[str, Field])
    """Secret ones become the account's credentials, the others its options."""
    at_most: int = 500
    """How many events one call may bring."""
