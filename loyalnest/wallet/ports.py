"""What wallets need of others, and are handed by wiring: who makes passes, and who tells phones.

None of them raises over a vendor's answer: whatever it says, or doesn't, is an outcome.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from loyalnest.wallet.values import PassContent, ProgramContent, PushOutcome, PushOutcomes


class PassMaker(Protocol):
    """Makes Apple's passes: draws, puts together, signs."""

    @property
    def pass_type(self) -> str:
        """The pass type identifier that its certificate is for."""
        ...

    @property
    def edition(self) -> str:
        """Changes when the same content would make another pass: a new certificate, another way of
        drawing. Passes are kept by their content and this."""
        ...

    @property
    def expires_at(self) -> datetime:
        """When the first of its certificates runs out."""
        ...

    def make(self, content: PassContent) -> bytes:
        """A signed `.pkpass`. Takes a few milliseconds of a processor: call it off the loop."""
        ...


class Pusher(Protocol):
    """Tells phones that a pass of theirs changed; they come and look for themselves."""

    async def push(self, tokens: Sequence[str]) -> PushOutcomes:
        """Tell these phones, side by side; an outcome for each, in their order."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


class PassKeeper(Protocol):
    """A platform that keeps passes by itself and is told what is on them: Google."""

    @property
    def edition(self) -> str:
        """Changes when what was told has to be told again: in another way, or for another issuer,
        for whom nothing is there yet."""
        ...

    async def put_program(self, program: ProgramContent) -> PushOutcome:
        """Let it know a card program, as it is now; passes of it can be put from then on."""
        ...

    async def put_pass(self, content: PassContent, *, program_id: str, notify: bool) -> PushOutcome:
        """Let it know a pass, as it is now; `notify` lets the phone speak up of it."""
        ...

    def save_link(self, serial: str) -> str:
        """Where somebody saves a pass that was put."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
