"""What can go wrong with campaigns."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class CampaignNotFound(NotFound):
    """There is no such campaign."""


class CampaignArchived(Conflict):
    """An archived campaign stays as it was; make a new one."""


class CampaignChanged(Conflict):
    """Somebody else has changed this campaign since you read it; look at it again."""


class BudgetSpent(Invalid):
    """More than this has been given away already; choose a larger budget."""
