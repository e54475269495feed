"""REST: how cards stand in wallets."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Now, tenant
from loyalnest.wallet import queries
from loyalnest.wallet.ports import PassMaker
from loyalnest.wallet.schemas import WalletOut, wallet_out
from loyalnest.wallet.values import Platform


def router_of(*, maker: PassMaker | None, google: bool) -> APIRouter:
    """What there is to know of wallets, for an installation that is set up for these."""
    router = APIRouter(prefix="/v1/api/wallets", tags=["Wallets"], responses=PROBLEMS)

    @router.get("", operation_id="list_wallets")
    async def _list(  # pyright: ignore[reportUnusedFunction]
        session: Annotated[AsyncSession, tenant("program:read")], now: Now
    ) -> list[WalletOut]:
        """Which wallets this installation is set up for, how many passes are in them, and what
        became of telling phones."""
        standing = await queries.standing_of(session, now=now)
        return [
            wallet_out(
                Platform.APPLE,
                standing,
                configured=maker is not None,
                expires_at=maker.expires_at if maker else None,
            ),
            wallet_out(Platform.GOOGLE, standing, configured=google, expires_at=None),
        ]

    return router
