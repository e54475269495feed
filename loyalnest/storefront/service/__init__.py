"""The use cases: what is on a shop's pages, what speaks up there, what people leave there."""

from loyalnest.storefront.service.capturing import (
    capture_email,
    confirm_email,
    erase_customer,
    forget_customers,
    forget_email,
    forget_unconfirmed,
    let_count,
    link_captures,
)
from loyalnest.storefront.service.nudges import create_nudge, save_nudge
from loyalnest.storefront.service.perks import create_perk, save_perk
from loyalnest.storefront.service.site import save_site

__all__ = [
    "capture_email",
    "confirm_email",
    "create_nudge",
    "create_perk",
    "erase_customer",
    "forget_customers",
    "forget_email",
    "forget_unconfirmed",
    "let_count",
    "link_captures",
    "save_nudge",
    "save_perk",
    "save_site",
]
