"""Use cases: posters are put up and taken down, cards printed, guests enrolled."""

from loyalnest.stamps.enrolling.service.batches import print_cards
from loyalnest.stamps.enrolling.service.checks import forget_checks
from loyalnest.stamps.enrolling.service.enrolment import enrol, renew_link
from loyalnest.stamps.enrolling.service.posters import create_poster, withdraw_poster

__all__ = [
    "create_poster",
    "enrol",
    "forget_checks",
    "print_cards",
    "renew_link",
    "withdraw_poster",
]
