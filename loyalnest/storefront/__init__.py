"""What of a merchant's program is on its shop's own pages, and what everybody is shown of it there.

Rewards, tiers, referrals and all else is kept where it belongs; here it is put together for a page,
without anything of any customer, and handed to whoever opens one. Kept here is what a merchant says
about its pages: how the widget looks, where points are told, and what speaks up by itself.
"""

from loyalnest.storefront.door import FindShop, config_route
from loyalnest.storefront.errors import (
    ContentStale,
    NudgeKindFixed,
    NudgeNotFound,
    TooManyNudges,
)
from loyalnest.storefront.events import NudgeSaved, SiteChanged
from loyalnest.storefront.gathering import Asked, gather
from loyalnest.storefront.keeping import Answer, Keeper, Kept, Key
from loyalnest.storefront.queries import current, get_nudge, nudges
from loyalnest.storefront.routes import router
from loyalnest.storefront.service import create_nudge, save_nudge, save_site
from loyalnest.storefront.shown import Config
from loyalnest.storefront.values import (
    NUDGE,
    Audience,
    Cap,
    Nudge,
    NudgeId,
    NudgeKind,
    NudgeState,
    NudgeTerms,
    Place,
    PointsOn,
    Side,
    Site,
    SiteSettings,
    Widget,
    Words,
)

__all__ = [
    "NUDGE",
    "Answer",
    "Asked",
    "Audience",
    "Cap",
    "Config",
    "ContentStale",
    "FindShop",
    "Keeper",
    "Kept",
    "Key",
    "Nudge",
    "NudgeId",
    "NudgeKind",
    "NudgeKindFixed",
    "NudgeNotFound",
    "NudgeSaved",
    "NudgeState",
    "NudgeTerms",
    "Place",
    "PointsOn",
    "Side",
    "Site",
    "SiteChanged",
    "SiteSettings",
    "TooManyNudges",
    "Widget",
    "Words",
    "config_route",
    "create_nudge",
    "current",
    "gather",
    "get_nudge",
    "nudges",
    "router",
    "save_nudge",
    "save_site",
]
