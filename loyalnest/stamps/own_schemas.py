"""What customers see of their cards."""

from datetime import datetime

from pydantic import BaseModel, Field

from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import Wanted
from loyalnest.stamps.numbers import shown
from loyalnest.stamps.values import CARD, CARD_REWARD, CardState


class OwnStageView(BaseModel):
    """So many stamps bring this."""

    count: int
    name: str
    reached: bool


class OwnCardRewardView(BaseModel):
    """What your stamps have brought you, there to be had."""

    id: str
    count: int
    name: str
    earned_at: datetime


class OwnCardView(BaseModel):
    """A card of yours."""

    id: str
    name: str
    number: str = Field(examples=["7K3QX-9MT2A"], description="Say it where a code can't be read.")
    void: bool
    collected: int
    needed: int
    debt: int = Field(description="Stamps that the card owes: what comes in pays them first.")
    stages: list[OwnStageView]
    rewards: list[OwnCardRewardView]
    last_stamp_at: datetime | None

    @classmethod
    def held(cls, state: CardState, wanted: Wanted) -> "OwnCardView":
        """The card as the API shows it in its customer's language."""
        card, terms = state.card, state.terms
        return cls(
            id=to_wire(CARD, card.id),
            name=wanted.said_in(terms.names, terms.name),
            number=shown(card.number),
            void=card.state == "void",
            collected=state.collected,
            needed=terms.needed,
            debt=state.debt,
            stages=[
                OwnStageView(
                    count=it.count,
                    name=wanted.said_in(it.names, it.name),
                    reached=it.count <= state.collected,
                )
                for it in terms.stages
            ],
            rewards=[
                OwnCardRewardView(
                    id=to_wire(CARD_REWARD, it.id),
                    count=it.count,
                    name=state.called(it, wanted),
                    earned_at=it.earned_at,
                )
                for it in state.due
            ],
            last_stamp_at=card.last_stamp_at,
        )
