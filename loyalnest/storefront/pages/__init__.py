"""Pages about a merchant's program, drawn on the server: what it gives, and how to bring a friend.

They tell what everybody may know, in 22 languages, in the merchant's looks and words where it has
any of its own; and what is a customer's own to whoever was signed in by a link.
"""

from loyalnest.storefront.pages.account import Accounts, account_routes
from loyalnest.storefront.pages.doors import PAGES, Pages, page_routes
from loyalnest.storefront.pages.errors import PageStale
from loyalnest.storefront.pages.events import PageChanged
from loyalnest.storefront.pages.landing import Landings, landing_routes
from loyalnest.storefront.pages.leading import doors_of
from loyalnest.storefront.pages.queries import all_current, current
from loyalnest.storefront.pages.service import save
from loyalnest.storefront.pages.values import (
    PageName,
    PageSettings,
    PageVersion,
    PageWords,
    Place,
    Question,
)

__all__ = [
    "PAGES",
    "Accounts",
    "Landings",
    "PageChanged",
    "PageName",
    "PageSettings",
    "PageStale",
    "PageVersion",
    "PageWords",
    "Pages",
    "Place",
    "Question",
    "account_routes",
    "all_current",
    "current",
    "doors_of",
    "landing_routes",
    "page_routes",
    "save",
]
