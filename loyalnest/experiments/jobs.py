"""Timetable: what visitors did is forgotten when its days are over."""

from loyalnest.experiments.service import forget
from loyalnest.kernel.jobs import Recurring

NIGHTLY = Recurring("experiments.forget", "30 3 * * *", forget)
