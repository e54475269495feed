"""Facts about campaigns."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class CampaignCreated(Event, frozen=True, kw_only=True):
    """A campaign was drawn up."""

    type: ClassVar[str] = "campaign.created"

    campaign_id: UUID


class CampaignChanged(Event, frozen=True, kw_only=True):
    """A campaign's rule or budget was changed: what it does from now on is the new version."""

    type: ClassVar[str] = "campaign.changed"

    campaign_id: UUID
    version: int
    state: str


class CampaignUsedUp(Event, frozen=True, kw_only=True):
    """An order would have cost more than is left of a campaign's budget, and got nothing of it."""

    type: ClassVar[str] = "campaign.used_up"

    campaign_id: UUID
    left: int
