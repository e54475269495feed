"""The one place that introduces the modules to each other; `doors` does it for what a server needs.

What a vendor brings goes to the inbox, what reacts to events goes to the relay, what a module needs
from one above it is handed in here.
"""

from datetime import datetime

import structlog

from loyalnest import (
    campaigns,
    consents,
    customers,
    earning,
    experiments,
    gamification,
    insights,
    journeys,
    ledger,
    merchants,
    messaging,
    notices,
    plans,
    privacy,
    referrals,
    rewards,
    segments,
    sinks,
    staff,
    stamps,
    storefront,
    tiers,
    wallet,
)
from loyalnest.entrypoints import carriers, certificates, keeping, reporting, wallets
from loyalnest.entrypoints.worker import Work
from loyalnest.integrations import shopify
from loyalnest.kernel import inbox
from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring, forget_done
from loyalnest.kernel.settings import Settings
from loyalnest.stamps import counter, enrolling, visits

log = structlog.get_logger(__name__)


async def _settle_due(database: Database, now: datetime) -> None:
    """Release and lapse what is due; each bite commits by itself."""
    settled = 1
    while settled:
        async with database.platform() as session:
            settled = await ledger.settle_due(session, now=now)


async def _verify_books(database: Database, now: datetime) -> None:
    """Check the books of the whole installation; the line at the level of an error is the alert."""
    async with database.platform(snapshot=True) as session:
        report = await ledger.verify(session)
    if report.clean:
        log.info("ledger.verified", **report.counts)
    else:
        broken = [check.name for check in report.checks if check.violations]
        log.error("ledger.books_do_not_balance", violations=report.violations, checks=broken)


SEALED = (
    *inbox.SEALED,
    *merchants.SEALED,
    *staff.SEALED,
    *customers.SEALED,
    *consents.SEALED,
    *messaging.SEALED,
    *sinks.SEALED,
    *rewards.SEALED,
    *privacy.SEALED,
    *counter.SEALED,
    *storefront.SEALED,
    *wallet.SEALED,
)
INDEXES = (
    *merchants.INDEXES,
    *staff.INDEXES,
    *customers.INDEXES,
    *rewards.INDEXES,
    *storefront.INDEXES,
    enrolling.INDEX,
)
PROVIDERS = (shopify.PROVIDED, *reporting.providers())
SUBSCRIBERS = (
    customers.INDEX_CUSTOMERS,
    consents.MERGES,
    earning.SIGN_UPS,
    segments.SCORES,
    tiers.STANDINGS,
    campaigns.GOALS,
    referrals.REFERRALS,
    referrals.INVITATIONS,
    stamps.CARDS,
    counter.ALERTS,
    rewards.REFUNDS,
    gamification.BADGES,
    journeys.ENTRIES,
    journeys.SENDERS,
    journeys.CODES,
    journeys.GIFTS,
    experiments.VISITORS,
    privacy.FORGETTING,
    storefront.CAPTURES,
    wallet.CHANGES,
    notices.NOTICES,
    notices.CONFIRMATIONS,
    visits.VISITS,
    visits.RHYTHMS,
    insights.SHOP,
)
JOBS = (
    tiers.JUDGE_EVERYBODY,
    gamification.JUDGE_EVERYBODY,
    referrals.FROM_ORDERS,
    stamps.SETTLE,
    storefront.SEND_LINK,
)
TIMETABLE = (
    Recurring("ledger.settle_due", "*/5 * * * *", _settle_due),
    Recurring("inbox.forget_applied", "20 3 * * *", inbox.forget_applied),
    Recurring("jobs.forget_done", "40 3 * * *", forget_done),
    Recurring("ledger.verify", "0 4 * * *", _verify_books),
    certificates.DAILY,
    consents.DAILY,
    messaging.NIGHTLY,
    plans.HOURLY,
    segments.NIGHTLY,
    tiers.NIGHTLY,
    referrals.DUE,
    referrals.OWED,
    referrals.DAILY,
    rewards.EXPIRY,
    stamps.BIRTHDAYS,
    enrolling.DAILY,
    *(journeys.HOURLY, journeys.STEPS, journeys.WATCH),
    notices.daily_of(journeys.speaking_of_expiry),
    experiments.NIGHTLY,
    visits.NIGHTLY,
    privacy.OVERDUE,
    storefront.NIGHTLY,
    wallet.NIGHTLY,
)


def work(settings: Settings) -> Work:
    """What a worker has to do."""
    return Work(
        providers=PROVIDERS,
        subscribers=SUBSCRIBERS,
        jobs=(*JOBS, wallet.throwing_away(lambda: keeping.objects(settings))),
        timetable=TIMETABLE,
        sending=carriers.sending(settings),
        tools=carriers.sink_offers(settings),
        wallets=wallets.open_wallets(settings),
    )
