"""Facts about experiments. What visitors see and click is usage and never comes here."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class ExperimentSaved(Event, frozen=True, kw_only=True):
    """An experiment was drawn up, or its draft changed."""

    type: ClassVar[str] = "experiment.saved"

    experiment_id: UUID
    version: int


class ExperimentDiscarded(Event, frozen=True, kw_only=True):
    """A draft was thrown away."""

    type: ClassVar[str] = "experiment.discarded"

    experiment_id: UUID


class ExperimentStarted(Event, frozen=True, kw_only=True):
    """From now on visitors meet its variants, and it is not changed any more."""

    type: ClassVar[str] = "experiment.started"

    experiment_id: UUID
    needed: int
    """How many visitors its plan asks for, all variants together."""


class ExperimentEnded(Event, frozen=True, kw_only=True):
    """Everybody sees the first variant again."""

    type: ClassVar[str] = "experiment.ended"

    experiment_id: UUID
