"""Facts about cards and stamps."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class CardProgramSaved(Event, frozen=True, kw_only=True):
    """A card program was drawn up or changed."""

    type: ClassVar[str] = "card_program.saved"

    program_id: UUID
    version: int
    state: str


class _OnCard(Event, frozen=True, kw_only=True):
    """The parent of what happens to one card."""

    card_id: UUID
    program_id: UUID
    moves: int
    """Which of the card's changes this is; it only grows."""


class CardOpened(_OnCard, frozen=True, kw_only=True):
    """A customer has a card of a program."""

    type: ClassVar[str] = "card.opened"

    store_id: UUID | None = None


class StampGiven(_OnCard, frozen=True, kw_only=True):
    """A card was stamped."""

    type: ClassVar[str] = "stamp.given"

    stamp_id: UUID
    kind: str
    count: int
    collected: int
    needed: int
    store_id: UUID | None = None
    stamper_id: UUID | None = None
    clerk_id: UUID | None = None
    offline: bool = False


class StampUndone(_OnCard, frozen=True, kw_only=True):
    """A stamp was taken back."""

    type: ClassVar[str] = "stamp.undone"

    stamp_id: UUID
    kind: str
    count: int
    store_id: UUID | None = None


class CardCompleted(_OnCard, frozen=True, kw_only=True):
    """A card was full: its stamps went for the last stage's reward, and the next round began."""

    type: ClassVar[str] = "card.completed"

    round: int


class _OfReward(_OnCard, frozen=True, kw_only=True):
    reward_id: UUID
    store_id: UUID | None = None
    stamper_id: UUID | None = None
    clerk_id: UUID | None = None


class CardRewardEarned(_OfReward, frozen=True, kw_only=True):
    """A stage was reached: its reward is there to be used."""

    type: ClassVar[str] = "card_reward.earned"

    count: int


class CardRewardTakenBack(_OfReward, frozen=True, kw_only=True):
    """An unused reward is gone, because the stamps it came from were taken back."""

    type: ClassVar[str] = "card_reward.taken_back"


class CardRewardUsed(_OfReward, frozen=True, kw_only=True):
    """A customer got what a stage brings."""

    type: ClassVar[str] = "card_reward.used"


class CardRewardPutBack(_OfReward, frozen=True, kw_only=True):
    """A reward that was marked as used by mistake is there again."""

    type: ClassVar[str] = "card_reward.put_back"


class CardChanged(_OnCard, frozen=True, kw_only=True):
    """What a card shows changed for another reason: it was converted, merged, or stamps lapsed."""

    type: ClassVar[str] = "card.changed"


class CardVoided(_OnCard, frozen=True, kw_only=True):
    """A card is no longer good."""

    type: ClassVar[str] = "card.voided"
