"""REST: what a shop shows to everybody, as the API describes it.

Pages are answered by `door`, which stands before all this and keeps what it answers. Where a
process has no such door, this is the same answer, made for whoever asks.
"""

from typing import Annotated

from fastapi import APIRouter, Query

from loyalnest.kernel.errors import NotFound
from loyalnest.kernel.http import PROBLEMS, Db, Now
from loyalnest.kernel.languages import chosen
from loyalnest.storefront.door import config_of
from loyalnest.storefront.gathering import Asked
from loyalnest.storefront.shops import FindShop
from loyalnest.storefront.shown import ShownConfig


def config_router_of(find_shop: FindShop, *, address: str) -> APIRouter:
    """`GET /v1/api/widget/config`."""
    router = APIRouter(prefix="/v1/api/widget", tags=["On site"], responses=PROBLEMS)

    @router.get("/config", operation_id="get_widget_config")
    async def _config(  # pyright: ignore[reportUnusedFunction]
        shop: Annotated[str, Query(min_length=1, max_length=253, description="Its domain.")],
        db: Db,
        now: Now,
        language: Annotated[
            str | None, Query(max_length=35, description="English, if we don't speak it.")
        ] = None,
    ) -> ShownConfig:
        """Everything that a page needs to draw itself, for a guest or whoever has signed in.

        Anybody may ask, from pages of any origin, and keep the answer for a minute; it comes with a
        strong `ETag`, packed by gzip for who takes that. Nothing of any customer is in it. A shop
        that isn't here is answered 404, without a word.
        """
        asked = Asked(shop.strip().lower(), chosen([language]), address, now)
        found = await config_of(db, find_shop, asked)
        if found is None:
            raise NotFound
        return found

    return router
