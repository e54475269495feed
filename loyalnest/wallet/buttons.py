"""The links behind "Add to Apple Wallet" and "Add to Google Wallet", for pages that show a card."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.wallet.links import APPLE, GOOGLE, SUFFIX, Named, Tokens


class WalletLinks(NamedTuple):
    """Where a card gets into a wallet; None where that wallet is not set up here."""

    apple: str | None
    google: str | None


Buttons: TypeAlias = Callable[
    [AsyncSession, Collection[UUID], datetime], Awaitable[dict[UUID, WalletLinks]]
]


def buttons_of(*, address: str, apple: bool, google: bool) -> Buttons:
    """The links of an installation that has these wallets. Nothing is read or written for them."""

    async def links(
        session: AsyncSession, card_ids: Collection[UUID], now: datetime
    ) -> dict[UUID, WalletLinks]:
        tokens, merchant_id = Tokens(ring_of(session)), merchant_of(session)
        made = {card_id: tokens.make(Named(merchant_id, card_id)) for card_id in card_ids}
        return {
            card_id: WalletLinks(
                f"{address}{APPLE}{token}{SUFFIX}" if apple else None,
                f"{address}{GOOGLE}{token}" if google else None,
            )
            for card_id, token in made.items()
        }

    return links
