"""What of a merchant's program is on its shop's own pages, and what everybody is shown of it there.

Rewards, tiers, referrals and all else is kept where it belongs; here it is put together for a page,
without anything of any customer, and handed to whoever opens one.
"""

from loyalnest.storefront.door import FindShop, config_route
from loyalnest.storefront.gathering import Asked, gather
from loyalnest.storefront.keeping import Answer, Keeper, Kept, Key
from loyalnest.storefront.shown import Config
from loyalnest.storefront.values import PointsOn, Side, Site, SiteSettings, Widget

__all__ = [
    "Answer",
    "Asked",
    "Config",
    "FindShop",
    "Keeper",
    "Kept",
    "Key",
    "PointsOn",
    "Side",
    "Site",
    "SiteSettings",
    "Widget",
    "config_route",
    "gather",
]
