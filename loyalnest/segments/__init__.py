"""Named sets of customers by what they buy: recency, frequency and money, scored from 1 to 5.

Everybody is scored with each of their orders and anew every night of the merchant's. Orders count
for what is left of them after refunds.
"""

from loyalnest.segments.errors import NotScored, SegmentNotFound
from loyalnest.segments.events import SegmentEntered, SegmentLeft
from loyalnest.segments.jobs import NIGHTLY
from loyalnest.segments.queries import groups_of, members_of, score_of, segments_of
from loyalnest.segments.service import score_everybody, score_many
from loyalnest.segments.subscribers import SCORES
from loyalnest.segments.values import Score, Segment

__all__ = [
    "NIGHTLY",
    "SCORES",
    "NotScored",
    "Score",
    "Segment",
    "SegmentEntered",
    "SegmentLeft",
    "SegmentNotFound",
    "groups_of",
    "members_of",
    "score_everybody",
    "score_many",
    "score_of",
    "segments_of",
]
