"""How what is on a shop's pages is used, and which way of it works better.

Usage is counted by element and day, with the visitor's consent, never in the event log. An
experiment shows visitors variants of one element, each the same one every time by arithmetic alone,
and says what came of it once enough have been counted, with an interval, and nothing before.
"""

from loyalnest.experiments.errors import (
    DatesBackToFront,
    ExperimentNotDraft,
    ExperimentNotFound,
    ExperimentNotRunning,
    ExperimentStale,
    SubjectTaken,
    TooMuchUsage,
    UsageCrowded,
    VariantsAlike,
)
from loyalnest.experiments.events import (
    ExperimentDiscarded,
    ExperimentEnded,
    ExperimentSaved,
    ExperimentStarted,
)
from loyalnest.experiments.jobs import NIGHTLY
from loyalnest.experiments.queries import (
    get,
    list_experiments,
    running,
    tallies_of,
    usage_between,
)
from loyalnest.experiments.routes import router, usage_router
from loyalnest.experiments.rules.assignment import assigned
from loyalnest.experiments.rules.results import MISMATCH_BELOW, judge
from loyalnest.experiments.rules.statistics import chi_square_tail, mismatch
from loyalnest.experiments.service import (
    Gathering,
    change,
    count_many,
    discard,
    draft,
    end,
    erase_customer,
    export_customer,
    forget,
    start,
)
from loyalnest.experiments.subscribers import VISITORS
from loyalnest.experiments.values import (
    LAUNCHER,
    WIRE_PREFIX,
    Action,
    Batch,
    Design,
    Experiment,
    ExperimentGoal,
    ExperimentId,
    ExperimentState,
    ExperimentVerdict,
    GoalKind,
    Happening,
    Outcome,
    Plan,
    Result,
    Shown,
    ShownVariant,
    Tally,
    Variant,
)

__all__ = [
    "LAUNCHER",
    "MISMATCH_BELOW",
    "NIGHTLY",
    "VISITORS",
    "WIRE_PREFIX",
    "Action",
    "Batch",
    "DatesBackToFront",
    "Design",
    "Experiment",
    "ExperimentDiscarded",
    "ExperimentEnded",
    "ExperimentGoal",
    "ExperimentId",
    "ExperimentNotDraft",
    "ExperimentNotFound",
    "ExperimentNotRunning",
    "ExperimentSaved",
    "ExperimentStale",
    "ExperimentStarted",
    "ExperimentState",
    "ExperimentVerdict",
    "Gathering",
    "GoalKind",
    "Happening",
    "Outcome",
    "Plan",
    "Result",
    "Shown",
    "ShownVariant",
    "SubjectTaken",
    "Tally",
    "TooMuchUsage",
    "UsageCrowded",
    "Variant",
    "VariantsAlike",
    "assigned",
    "change",
    "chi_square_tail",
    "count_many",
    "discard",
    "draft",
    "end",
    "erase_customer",
    "export_customer",
    "forget",
    "get",
    "judge",
    "list_experiments",
    "mismatch",
    "router",
    "running",
    "start",
    "tallies_of",
    "usage_between",
    "usage_router",
]
