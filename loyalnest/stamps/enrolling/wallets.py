"""What the card's page asks of whoever makes passes: where a card is put into a wallet."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class WalletPlaces:
    """Where one card is put into a wallet; None: there is no such wallet."""

    apple: str | None = None
    google: str | None = None


FindWallets = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Mapping[UUID, WalletPlaces]]]
"""Port: cards by their ids; what is left out has no wallet."""


async def no_wallets(_: AsyncSession, __: Sequence[UUID]) -> Mapping[UUID, WalletPlaces]:
    """Where no passes are made."""
    return {}
