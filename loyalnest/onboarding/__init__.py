"""From install to a live program: what has been done, read off the facts, and what comes next.

Nothing is ticked by hand. A step is done when the merchant's data says so, and undone when it no
longer does; kept is only which steps a merchant has no need of.
"""

from loyalnest.onboarding.errors import StepNeeded
from loyalnest.onboarding.events import StepDismissed, StepRestored
from loyalnest.onboarding.queries import progress_of
from loyalnest.onboarding.service import dismiss, restore
from loyalnest.onboarding.values import Phase, Progress, Stand, Step

__all__ = [
    "Phase",
    "Progress",
    "Stand",
    "Step",
    "StepDismissed",
    "StepNeeded",
    "StepRestored",
    "dismiss",
    "progress_of",
    "restore",
]
