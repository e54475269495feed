"""Wire shapes."""

from datetime import datetime

from pydantic import BaseModel, Field

from loyalnest.wallet.queries import Standing
from loyalnest.wallet.values import Platform, Told


class WalletTroubleOut(BaseModel):
    """Telling phones that did not succeed, within a week."""

    outcome: Told
    count: int
    reason: str | None = Field(description="What the platform called it the last time.")
    last_at: datetime


class WalletOut(BaseModel):
    """How a merchant's cards stand in one platform's wallet."""

    platform: Platform
    configured: bool = Field(description="Whether this installation is set up for it.")
    expires_at: datetime | None = Field(
        description="When the first of its certificates runs out; null where it has none."
    )
    passes: int = Field(description="Cards of which there is a pass.")
    held: int = Field(description="Those that are in somebody's wallet, as far as it tells.")
    phones: int | None = Field(description="How many phones hold them; null where it is not told.")
    waiting: int = Field(description="How many are still to be told of a change.")
    waiting_since: datetime | None
    told: int = Field(description="How often somebody was told of a change within a week.")
    troubles: list[WalletTroubleOut]


def wallet_out(
    platform: Platform, standing: Standing, *, configured: bool, expires_at: datetime | None
) -> WalletOut:
    """A wallet as the API shows it."""
    tellings = [it for it in standing.tellings if it.platform is platform]
    return WalletOut(
        platform=platform,
        configured=configured,
        expires_at=expires_at,
        passes=standing.passes.get(platform, 0),
        held=standing.held.get(platform, 0),
        phones=standing.devices if platform is Platform.APPLE else None,
        waiting=standing.waiting.get(platform, 0),
        waiting_since=standing.waiting_since.get(platform),
        told=sum(it.count for it in tellings if it.told == Told.TAKEN),
        troubles=[
            WalletTroubleOut(
                outcome=Told(it.told), count=it.count, reason=it.reason, last_at=it.last_at
            )
            for it in tellings
            if it.told in (Told.LATER, Told.REFUSED)
        ],
    )
