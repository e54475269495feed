"""What the shop is told of itself and of the installation, by whoever starts it."""

import os
from dataclasses import dataclass
from pathlib import Path

DOMAIN = "the-nest.myshopify.com"
"""What the shop is called at Shopify, if it were there."""
CURRENCY = "GBP"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the shop is, where the installation is, and what lets one speak to the other."""

    port: int
    folder: Path
    """Where its own orders and accounts are kept."""
    installation: str
    """Where this machine reaches LoyalNest."""
    seen_at: str
    """Where browsers reach it."""
    secret: str
    """Signs what Shopify would sign."""
    api_key: str
    """Looks codes up."""
    checkout_patience_s: float = 2.0
    """How long somebody who pays waits for what a code is worth."""

    @property
    def address(self) -> str:
        """Where browsers find the shop: on this machine alone, for it is a toy."""
        return f"http://127.0.0.1:{self.port}"


def settings_here() -> Settings:
    """The settings of the environment (`DEMO_SHOP_…`)."""
    installation = os.environ["DEMO_SHOP_INSTALLATION"]
    return Settings(
        port=int(os.environ["DEMO_SHOP_PORT"]),
        folder=Path(os.environ["DEMO_SHOP_FOLDER"]),
        installation=installation,
        seen_at=os.environ.get("DEMO_SHOP_SEEN_AT", installation),
        secret=os.environ["DEMO_SHOP_SECRET"],
        api_key=os.environ["DEMO_SHOP_API_KEY"],
    )
