"""What of a merchant's program is on its shop's own pages, and what everybody is shown of it there.

Rewards, tiers, referrals and all else is kept where it belongs; here it is put together for a page,
without anything of any customer, and handed to whoever opens one. Kept here is what a merchant says
about its pages: how the widget looks, where points are told, and what speaks up by itself.
"""

from loyalnest.storefront.captures import INDEXES, SEALED, captures, export_customer
from loyalnest.storefront.door import FindShop, config_route
from loyalnest.storefront.errors import (
    CaptureNotFound,
    ContentStale,
    EmailInvalid,
    NotThatShop,
    NudgeKindFixed,
    NudgeNotFound,
    TooManyCaptures,
    TooManyNudges,
)
from loyalnest.storefront.events import (
    EmailCaptured,
    EmailConfirmed,
    EmailForgotten,
    NudgeSaved,
    SiteChanged,
)
from loyalnest.storefront.gathering import Asked, gather
from loyalnest.storefront.keeping import Answer, Keeper, Kept, Key
from loyalnest.storefront.queries import current, get_nudge, nudges
from loyalnest.storefront.routes import captures_router, open_router_of, router
from loyalnest.storefront.service import (
    capture_email,
    confirm_email,
    create_nudge,
    erase_customer,
    forget_email,
    save_nudge,
    save_site,
)
from loyalnest.storefront.shown import Config
from loyalnest.storefront.subscribers import CAPTURES
from loyalnest.storefront.values import (
    CAPTURE,
    NUDGE,
    Audience,
    Cap,
    Capture,
    CaptureId,
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
    "CAPTURE",
    "CAPTURES",
    "INDEXES",
    "NUDGE",
    "SEALED",
    "Answer",
    "Asked",
    "Audience",
    "Cap",
    "Capture",
    "CaptureId",
    "CaptureNotFound",
    "Config",
    "ContentStale",
    "EmailCaptured",
    "EmailConfirmed",
    "EmailForgotten",
    "EmailInvalid",
    "FindShop",
    "Keeper",
    "Kept",
    "Key",
    "NotThatShop",
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
    "TooManyCaptures",
    "TooManyNudges",
    "Widget",
    "Words",
    "capture_email",
    "captures",
    "captures_router",
    "config_route",
    "confirm_email",
    "create_nudge",
    "current",
    "erase_customer",
    "export_customer",
    "forget_email",
    "gather",
    "get_nudge",
    "nudges",
    "open_router_of",
    "router",
    "save_nudge",
    "save_site",
]
