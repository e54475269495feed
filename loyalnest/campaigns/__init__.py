"""What changes earning for a while: rules with a beginning, an end, conditions and a budget.

An order meets the campaigns that were in force when it was placed. What they, the buyer's tier and
the buyer's segment add to it is decided when it first earns and kept with its entry as `Boost`s, so
that no later change of any of them rewrites what the order earned. Rules are versioned.
"""

from loyalnest.campaigns.errors import (
    BudgetSpent,
    CampaignArchived,
    CampaignChanged,
    CampaignNotFound,
)
from loyalnest.campaigns.queries import Report, get, list_campaigns, report_of, versions_of
from loyalnest.campaigns.rules import is_held_out, spread
from loyalnest.campaigns.schemas import rule_schema
from loyalnest.campaigns.service import boosts_for, create, judge_goals, place_products, save
from loyalnest.campaigns.subscribers import GOALS
from loyalnest.campaigns.values import (
    WIRE_PREFIX,
    Bonus,
    Boost,
    Campaign,
    CampaignId,
    Combining,
    Conditions,
    Multiplier,
    Part,
    Phase,
    Placed,
    Purchase,
    Rule,
    SpendGoal,
    Spread,
    State,
)

__all__ = [
    "GOALS",
    "WIRE_PREFIX",
    "Bonus",
    "Boost",
    "BudgetSpent",
    "Campaign",
    "CampaignArchived",
    "CampaignChanged",
    "CampaignId",
    "CampaignNotFound",
    "Combining",
    "Conditions",
    "Multiplier",
    "Part",
    "Phase",
    "Placed",
    "Purchase",
    "Report",
    "Rule",
    "SpendGoal",
    "Spread",
    "State",
    "boosts_for",
    "create",
    "get",
    "is_held_out",
    "judge_goals",
    "list_campaigns",
    "place_products",
    "report_of",
    "rule_schema",
    "save",
    "spread",
    "versions_of",
]
