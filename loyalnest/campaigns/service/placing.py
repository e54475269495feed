"""Which collections a shop's products are in, as the shop or its merchant says."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.campaigns.values import Placed
from loyalnest.kernel.database import bulk

_CLEAR = """
DELETE FROM product_collections p
USING unnest($2::text[]) AS k (product)
WHERE p.merchant_id = $1 AND p.product = k.product
"""
_PLACE = """
INSERT INTO product_collections (merchant_id, product, collection)
SELECT DISTINCT $1::uuid, k.product, k.collection
FROM unnest($2::text[], $3::text[]) AS k (product, collection)
"""


async def place_products(session: AsyncSession, placed: Sequence[Placed]) -> None:
    """Say which collections these products are in from now on, and in no others.

    Orders that have earned keep what was decided for them. Named twice, the last word counts.
    """
    last = {it.product: it.collections for it in placed}
    # Whoever says something about the same product waits, so that one of them is heard whole.
    merchant_id = await merchants.take_turns(session)
    connection = await bulk(session)
    await connection.execute(_CLEAR, merchant_id, list(last))
    pairs = [(product, each) for product, collections in last.items() for each in collections]
    if pairs:
        products, collections = map(list, zip(*pairs, strict=True))
        await connection.execute(_PLACE, merchant_id, products, collections)
