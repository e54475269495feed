"""Who comes when: visits, and the rhythm of each customer.

Several stampings within one stay are one visit, recomputed from the stamps themselves whenever one
of them is given late or taken back. A visit is an order at the counter, its amount optional, so
that segments, tiers and all else that counts orders see shop and counter alike. From the days they
came on follows each customer's own rhythm, and the instant from which they are late by it.
"""

from loyalnest.stamps.visits.events import VisitCancelled, VisitChanged, VisitRecorded
from loyalnest.stamps.visits.jobs import NIGHTLY
from loyalnest.stamps.visits.queries import count_at_risk, export_customer, rhythms_of
from loyalnest.stamps.visits.service import reckon_many, settle_many
from loyalnest.stamps.visits.subscribers import RHYTHMS, VISITS
from loyalnest.stamps.visits.values import Rhythm, Standing, Visit, VisitId

__all__ = [
    "NIGHTLY",
    "RHYTHMS",
    "VISITS",
    "Rhythm",
    "Standing",
    "Visit",
    "VisitCancelled",
    "VisitChanged",
    "VisitId",
    "VisitRecorded",
    "count_at_risk",
    "export_customer",
    "reckon_many",
    "rhythms_of",
    "settle_many",
]
