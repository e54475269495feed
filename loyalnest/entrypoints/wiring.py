"""The one place that introduces the modules to each other.

What a vendor brings goes to the inbox, what reacts to events goes to the relay, what a module needs
from one above it is handed in here. A *role* is a part of the installation that a process can be
started for; by default a process serves them all.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import structlog
from starlette.routing import BaseRoute, Route

from loyalnest import (
    branding,
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
from loyalnest.consents import pages as consent_pages
from loyalnest.entrypoints import carriers, certificates, keeping, live, reporting, rest, wallets
from loyalnest.entrypoints.http import Authenticate, Bearers, Parts, dashboard, stamper, widget
from loyalnest.entrypoints.roles import EVERY_ROLE, Role
from loyalnest.entrypoints.worker import Work
from loyalnest.integrations import shopify
from loyalnest.kernel import clock, inbox
from loyalnest.kernel.database import Database, act_for
from loyalnest.kernel.http import Caller
from loyalnest.kernel.jobs import Recurring, forget_done
from loyalnest.kernel.networks import Address
from loyalnest.kernel.settings import Settings
from loyalnest.stamps import counter, enrolling, visits
from loyalnest.storefront import cards
from loyalnest.storefront import pages as storefront_pages

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


def parts(database: Database, settings: Settings, roles: frozenset[Role] = EVERY_ROLE) -> Parts:
    """What a server of these roles answers to. Deliveries are taken in by the role `points`."""
    guests = enrolling.Door()
    by_role = rest.routers(settings, SUBSCRIBERS, guests)
    routers = [router for role in Role if role in roles for router in by_role[role]]
    webhooks: list[BaseRoute] = []
    open_: list[Route] = []
    sockets: list[BaseRoute] = []
    pages: list[BaseRoute] = []
    running: list[Callable[[], AbstractAsyncContextManager[object]]] = []
    authenticate = _authenticating(database, settings)
    if Role.POINTS in roles:
        intake = inbox.Intake(database)
        webhooks.append(_shopify_door(intake, database, settings))
        webhooks.append(reporting.door(intake, database, settings))
        pages.append(_shopify_proxy(database, settings))
        running.append(lambda: intake)
    if Role.EVENTS in roles:
        hub = live.Hub(database)
        sockets.append(live.stream_of(hub, database, _at_this_moment(authenticate)))
        running.append(lambda: hub)
    if Role.FRONTEND in roles:
        pages.extend(dashboard.routes(_shop_known_to(database), settings.shopify_client_id))
        pages.extend(branding.media_routes(database))
        pages.extend(_storefront_pages(database, settings))
        pages.extend(_guests_pages(database, settings, guests))
        left = storefront.LeftAddresses()
        letters = consent_pages.Letters(database, clock=clock.now, left=left)
        pages.extend(consent_pages.letter_routes(letters))
        open_.append(_widget_config(database, settings))
        pages.extend([*widget.routes(), *stamper.routes()])
        pages.append(messaging.link_route(database, clock=clock.now))
        wallet_doors, while_open = wallets.doors(database, settings)
        pages.extend(wallet_doors)
        running.extend(while_open)
    return Parts(
        routers,
        webhooks=webhooks,
        open=open_,
        sockets=sockets,
        pages=pages,
        running=running,
        authenticate=authenticate,
    )


def _shopify_door(intake: inbox.Intake, database: Database, settings: Settings) -> BaseRoute:
    return shopify.route(intake, database, secrets=rest.shopify_secrets(settings), clock=clock.now)


def _shopify_proxy(database: Database, settings: Settings) -> BaseRoute:
    return shopify.proxy_route(database, secrets=rest.shopify_secrets(settings), clock=clock.now)


def _storefront_pages(database: Database, settings: Settings) -> list[BaseRoute]:
    """The pages about a program, at the installation itself and behind a shop's own proxy."""
    pages = storefront_pages.Pages(
        database, find_shop=rest.find_shop, address=settings.address, clock=clock.now
    )
    landings = storefront_pages.Landings(pages)
    return [
        *storefront_pages.account_routes(storefront_pages.Accounts(pages)),
        *storefront_pages.page_routes(pages),
        *storefront_pages.landing_routes(landings),
        *shopify.proxied_pages(
            pages, landings, secrets=rest.shopify_secrets(settings), clock=clock.now
        ),
    ]


def _guests_pages(database: Database, settings: Settings, door: enrolling.Door) -> list[Route]:
    """Where a poster's code leads, and the cards on guests' own phones."""
    guests = cards.Guests(database, door, wallets.places(settings), settings.address, clock.now)
    return cards.card_routes(guests)


def _widget_config(database: Database, settings: Settings) -> Route:
    return storefront.config_route(
        database, find_shop=rest.find_shop, address=settings.address, clock=clock.now
    )


def _authenticating(database: Database, settings: Settings) -> Authenticate:
    app = rest.shopify_app(settings)
    bearers = Bearers(database)

    async def authenticate(bearer: str, *, now: datetime, address: Address | None) -> Caller:
        if not shopify.is_id_token(bearer):
            return await bearers.caller_of(bearer, now=now, address=address)
        async with database.batch([]) as session:
            return await shopify.authenticate(session, bearer, app, now=now, address=address)

    return authenticate


def _at_this_moment(authenticate: Authenticate) -> live.Authenticate:
    async def caller_of(bearer: str, address: Address | None) -> Caller:
        return await authenticate(bearer, now=clock.now(), address=address)

    return caller_of


def _shop_known_to(database: Database) -> dashboard.FindShop:
    async def is_known(domain: str) -> bool:
        provider = shopify.PROVIDED.name
        async with database.batch([]) as session:
            shop = await merchants.find_shop(session, provider=provider, domain=domain)
            if shop is None:
                return False
            await act_for(session, [shop.merchant_id])
            return await merchants.is_connected(session, shop.store_id)

    return is_known


def description(settings: Settings) -> Parts:
    """The routes alone, for describing them: nothing runs, no database is needed."""
    by_role = rest.routers(settings, SUBSCRIBERS, enrolling.Door())
    return Parts([router for routers in by_role.values() for router in routers])
