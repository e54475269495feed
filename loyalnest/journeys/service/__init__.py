"""The use cases of journeys: the only writers of their tables."""

from loyalnest.journeys.service.drafting import (
    change,
    create,
    end,
    pause,
    pause_many,
    resume,
    start,
)
from loyalnest.journeys.service.entering import Entry, enter_many
from loyalnest.journeys.service.noting import note_used
from loyalnest.journeys.service.stepping import take_steps
from loyalnest.journeys.service.taking_back import take_back

__all__ = [
    "Entry",
    "change",
    "create",
    "end",
    "enter_many",
    "note_used",
    "pause",
    "pause_many",
    "resume",
    "start",
    "take_back",
    "take_steps",
]
