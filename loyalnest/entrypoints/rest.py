"""The REST API's routers by the role that serves them."""

from collections.abc import Mapping, Sequence
from functools import cache

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

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
    onboarding,
    orders,
    plans,
    privacy,
    referrals,
    rewards,
    segments,
    sinks,
    staff,
    stamps,
    storefront,
    templates,
    texts,
    tiers,
)
from loyalnest.entrypoints import carriers, wallets
from loyalnest.entrypoints.counter_names import names_at_counter
from loyalnest.entrypoints.personal import EXPORTING, FORGETTING
from loyalnest.entrypoints.roles import Role
from loyalnest.integrations import shopify
from loyalnest.kernel import inbox, relay
from loyalnest.kernel.settings import Settings
from loyalnest.stamps import counter, enrolling, visits
from loyalnest.storefront import pages as storefront_pages


async def find_shop(session: AsyncSession, domain: str) -> merchants.Shop | None:
    """Whose shop a domain is, as pages and the widget ask."""
    return await merchants.find_shop(session, provider=shopify.PROVIDED.name, domain=domain)


def shopify_secrets(settings: Settings) -> list[str]:
    """What deliveries and tokens of the store\'s platform are signed with, the newest first."""
    secrets = [settings.shopify_api_secret, settings.shopify_previous_api_secret]
    return [secret.get_secret_value() for secret in secrets if secret]


def shopify_app(settings: Settings) -> shopify.App | None:
    """The installation\'s app in the store\'s admin; None where it has none."""
    secrets = shopify_secrets(settings)
    if settings.shopify_client_id is None or not secrets:
        return None
    return shopify.App(settings.shopify_client_id, secrets)


def routers(
    settings: Settings, subscribers: Sequence[relay.Subscriber], guests: enrolling.Door
) -> Mapping[Role, Sequence[APIRouter]]:
    """Which of the REST API's routes belong to which role.

    Guests who enrol here use up the same allowance as at the pages with that door.
    """
    return {
        Role.AUTH: [staff.router_of(settings), shopify.router_of(shopify_app(settings))],
        Role.POINTS: [
            *_about_customers(),
            ledger.router_of(orders.sources_of),
            orders.router,
            earning.router,
            rewards.router,
            rewards.counter_router(),
            rewards.redemptions_router,
            *_about_cards(settings, guests),
            *_own_account(),
            privacy.router,
        ],
        Role.REFERRALS: _referrals(),
        Role.ANALYTICS: _analytics(),
        Role.EVENTS: [
            _events(tuple(subscribers)),
            sinks.router_of(carriers.sink_offers(settings)),
        ],
        Role.ADMIN_CORE: [
            merchants.router,
            branding.router,
            storefront_pages.router,
            inbox.router,
            onboarding.router,
            plans.router_of(settings),
            texts.router,
            notices.router,
            _templates(settings.address),
            wallets.router(settings),
        ],
        Role.ADMIN_FEATURES: [
            storefront.router,
            storefront.captures_router,
            storefront.perks_router,
        ],
        Role.CAMPAIGN: [campaigns.router, tiers.router, journeys.router, *_messages(settings)],
        Role.GAMIFICATION: [gamification.router, gamification.own_router],
        Role.FRONTEND: [
            experiments.router_of(storefront.is_met),
            experiments.usage_router(),
            storefront.config_router_of(find_shop, address=settings.address),
            storefront.open_router_of(find_shop),
        ],
    }


# What knows nothing but this is made once, however many applications a process makes: to work a
# route out takes a millisecond, and routes remember nothing.
@cache
def _about_customers() -> list[APIRouter]:
    return [
        customers.router_of(
            ledger.balances_of,
            customers.Groups(segments.groups_of, segments.members_of),
            visits.rhythms_of,
            forgetting=FORGETTING,
            exporting=EXPORTING,
        ),
        customers.own_router_of(staff),
        consents.router,
        consents.own_router,
        notices.own_router,
    ]


def _own_account() -> list[APIRouter]:
    return [
        tiers.own_router,
        ledger.own_router,
        rewards.own_router,
        privacy.own_router,
        storefront.own_router,
    ]


def _about_cards(settings: Settings, guests: enrolling.Door) -> list[APIRouter]:
    return [
        stamps.router,
        stamps.desk_router(),
        stamps.own_router,
        counter.router,
        counter.device_router,
        enrolling.router,
        enrolling.enrolments_router(guests, wallets.places(settings)),
    ]


@cache
def _analytics() -> list[APIRouter]:
    return [segments.router, visits.router, insights.router_of(names_at_counter)]


@cache
def _events(subscribers: tuple[relay.Subscriber, ...]) -> APIRouter:
    return relay.router_of(subscribers)


@cache
def _templates(address: str) -> APIRouter:
    return templates.router_of(address, ledger.units_of)


def _referrals() -> list[APIRouter]:
    return [
        referrals.invitations_router,
        referrals.router,
        referrals.own_router,
        referrals.own_invitations_router,
    ]


def _messages(settings: Settings) -> list[APIRouter]:
    senders = messaging.router_of(carriers.offers(settings), settings.address, ledger.units_of)
    return [senders, messaging.deliveries_router]
