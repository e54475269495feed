"""The use cases of campaigns: drawn up by people, met by orders in batches."""

from loyalnest.campaigns.service.boosting import boosts_for
from loyalnest.campaigns.service.drafting import create, save

__all__ = ["boosts_for", "create", "save"]
