"""What a server of the installation answers to, and where the modules get it from.

A *role* is a part of the installation that a process can be started for; by default a process
serves them all. It stands beside `wiring` because a worker answers nobody and need read no route.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from starlette.routing import BaseRoute, Route

from loyalnest import branding, merchants, messaging, storefront
from loyalnest.consents import pages as consent_pages
from loyalnest.entrypoints import live, reporting, rest, wallets, wiring
from loyalnest.entrypoints.http import Authenticate, Bearers, Parts, dashboard, stamper, widget
from loyalnest.entrypoints.roles import EVERY_ROLE, Role
from loyalnest.integrations import shopify
from loyalnest.kernel import clock, inbox
from loyalnest.kernel.database import Database, act_for
from loyalnest.kernel.http import Caller
from loyalnest.kernel.networks import Address
from loyalnest.kernel.settings import Settings
from loyalnest.stamps import enrolling
from loyalnest.storefront import cards
from loyalnest.storefront import pages as storefront_pages


def parts(database: Database, settings: Settings, roles: frozenset[Role] = EVERY_ROLE) -> Parts:
    """What a server of these roles answers to. Deliveries are taken in by the role `points`."""
    guests = enrolling.Door()
    by_role = rest.routers(settings, wiring.SUBSCRIBERS, guests)
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
    by_role = rest.routers(settings, wiring.SUBSCRIBERS, enrolling.Door())
    return Parts([router for routers in by_role.values() for router in routers])
