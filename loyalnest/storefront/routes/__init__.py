"""REST: what is on a shop's pages for those who decide it, and what people leave there."""

from loyalnest.storefront.routes.captures import captures_router, open_router_of
from loyalnest.storefront.routes.config import config_router_of
from loyalnest.storefront.routes.content import router
from loyalnest.storefront.routes.perks import own_router, perks_router

__all__ = [
    "captures_router",
    "config_router_of",
    "open_router_of",
    "own_router",
    "perks_router",
    "router",
]
