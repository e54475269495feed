"""REST: what is on a shop's pages, for those who decide it."""

from loyalnest.storefront.routes.content import router

__all__ = ["router"]
