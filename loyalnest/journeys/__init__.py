"""Outreach that follows a line of steps: what starts it, whom it is for, what it says and gives.

A journey lets each customer enter once for an occurrence (a lapse, a birthday, a tenth order) and
holds a share of them out, always the same ones, to tell what it brings. Steps are taken by the
worker; what they say is asked of `messaging` once, and judged there again when it goes. Plans are
versioned: whoever is under way keeps to the one that they entered.
"""

from loyalnest.journeys.errors import (
    DiscountOutOfBounds,
    HoldoutFixed,
    JourneyNotActive,
    JourneyNotFound,
    JourneyNotPaused,
    JourneyNotStarted,
    JourneyOver,
    JourneyStale,
    JourneyStarted,
    NoSender,
)
from loyalnest.journeys.estimating import Estimate, estimate
from loyalnest.journeys.events import (
    JourneyEntered,
    JourneyLeft,
    JourneySaved,
    JourneyStateChanged,
)
from loyalnest.journeys.hindsight import enter_in_hindsight
from loyalnest.journeys.jobs import HOURLY, STEPS, enter_by_calendar, take_due_steps
from loyalnest.journeys.queries import (
    get,
    list_enrolments,
    list_journeys,
    speaking_of_expiry,
    standings_of,
)
from loyalnest.journeys.reporting import Report, report_of
from loyalnest.journeys.routes import router
from loyalnest.journeys.service import (
    Entry,
    change,
    create,
    end,
    enter_many,
    pause,
    resume,
    start,
)
from loyalnest.journeys.subscribers import CODES, ENTRIES, GIFTS, SENDERS
from loyalnest.journeys.values import (
    WIRE_PREFIX,
    AlmostThere,
    Birthday,
    Candidate,
    EndedWhy,
    EndsWhen,
    Enrolment,
    ExpiryAhead,
    Happened,
    Inactivity,
    Journey,
    JourneyAudience,
    JourneyId,
    JourneyPlan,
    Milestone,
    PointsGift,
    RewardGift,
    SegmentChange,
    State,
    Tell,
    TierChange,
    Wait,
)

__all__ = [
    "CODES",
    "ENTRIES",
    "GIFTS",
    "HOURLY",
    "SENDERS",
    "STEPS",
    "WIRE_PREFIX",
    "AlmostThere",
    "Birthday",
    "Candidate",
    "DiscountOutOfBounds",
    "EndedWhy",
    "EndsWhen",
    "Enrolment",
    "Entry",
    "Estimate",
    "ExpiryAhead",
    "Happened",
    "HoldoutFixed",
    "Inactivity",
    "Journey",
    "JourneyAudience",
    "JourneyEntered",
    "JourneyId",
    "JourneyLeft",
    "JourneyNotActive",
    "JourneyNotFound",
    "JourneyNotPaused",
    "JourneyNotStarted",
    "JourneyOver",
    "JourneyPlan",
    "JourneySaved",
    "JourneyStale",
    "JourneyStarted",
    "JourneyStateChanged",
    "Milestone",
    "NoSender",
    "PointsGift",
    "Report",
    "RewardGift",
    "SegmentChange",
    "State",
    "Tell",
    "TierChange",
    "Wait",
    "change",
    "create",
    "end",
    "enter_by_calendar",
    "enter_in_hindsight",
    "enter_many",
    "estimate",
    "get",
    "list_enrolments",
    "list_journeys",
    "pause",
    "report_of",
    "resume",
    "router",
    "speaking_of_expiry",
    "standings_of",
    "start",
    "take_due_steps",
]
