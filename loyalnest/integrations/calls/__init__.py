"""Calling a vendor: in five seconds, and at a pace it allows.

What a vendor answered is `Said`. What it didn't is one of two things, and the difference is whether
anything may be sent again: `Unreached` has certainly carried nothing, `Unclear` may have.
"""

from loyalnest.integrations.calls.budget import Budget, Limit
from loyalnest.integrations.calls.client import TIMEOUT_S, Line, Said, Unclear, Unreached, Way
from loyalnest.integrations.calls.outcomes import carried, explain, tell_refusal
from loyalnest.integrations.calls.reading import Object, as_object, as_objects

__all__ = [
    "TIMEOUT_S",
    "Budget",
    "Limit",
    "Line",
    "Object",
    "Said",
    "Unclear",
    "Unreached",
    "Way",
    "as_object",
    "as_objects",
    "carried",
    "explain",
    "tell_refusal",
]
