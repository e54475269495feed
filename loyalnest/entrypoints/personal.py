"""Who holds something of people: in which order it is told them, and forgotten."""

from loyalnest import (
    consents,
    experiments,
    gamification,
    journeys,
    messaging,
    privacy,
    referrals,
    stamps,
    storefront,
    wallet,
)
from loyalnest.stamps import visits

FORGETTING = (
    messaging.erase_customer,
    consents.erase_customer,
    wallet.erase_customer,
    stamps.erase_customer,
    storefront.erase_customer,
)
EXPORTING = (
    consents.export_customer,
    messaging.export_customer,
    journeys.export_customer,
    referrals.export_customer,
    gamification.export_customer,
    stamps.export_customer,
    wallet.export_customer,
    storefront.export_customer,
    experiments.export_customer,
    visits.export_customer,
    privacy.export_customer,
)
