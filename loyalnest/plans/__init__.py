"""What an installation's plan holds, and how much of it a merchant's month has used.

A plan is a number of orders a month and nothing else: it locks no feature and stops no earning.
Whoever hosts for others chooses one (`LOYALNEST_PLAN`); an installation of one's own has no limit.
"""

from loyalnest.plans.events import UsageThresholdReached
from loyalnest.plans.jobs import HOURLY
from loyalnest.plans.queries import usage_of
from loyalnest.plans.service import note_usage
from loyalnest.plans.values import PLANS, Plan, Usage

__all__ = [
    "HOURLY",
    "PLANS",
    "Plan",
    "Usage",
    "UsageThresholdReached",
    "note_usage",
    "usage_of",
]
