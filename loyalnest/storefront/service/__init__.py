"""The use cases: a merchant says what is on its pages, and what speaks up there by itself."""

from loyalnest.storefront.service.nudges import create_nudge, save_nudge
from loyalnest.storefront.service.site import save_site

__all__ = ["create_nudge", "save_nudge", "save_site"]
