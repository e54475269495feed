"""What can go wrong with the onboarding."""

from loyalnest.kernel.errors import Conflict


class StepNeeded(Conflict):
    """There is no program without this step; it can't be left out."""
