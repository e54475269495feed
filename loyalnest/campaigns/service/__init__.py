"""The use cases of campaigns: drawn up by people, met by orders in batches."""

from loyalnest.campaigns.service.boosting import boosts_for
from loyalnest.campaigns.service.drafting import create, save
from loyalnest.campaigns.service.goals import judge_goals
from loyalnest.campaigns.service.placing import place_products

__all__ = ["boosts_for", "create", "judge_goals", "place_products", "save"]
