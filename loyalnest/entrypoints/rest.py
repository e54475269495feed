"""The REST API's routers by the role that serves them."""

from collections.abc import Mapping, Sequence
from functools import cache

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, merchants, orders, segments, staff, storefront
from loyalnest.branding.routes import router as branding_router
from loyalnest.campaigns.routes import router as campaigns_router
from loyalnest.consents.own_routes import own_router as own_consents_router
from loyalnest.consents.routes import router as consents_router
from loyalnest.customers.own_routes import own_router_of as own_customers_router_of
from loyalnest.customers.routes import Groups
from loyalnest.customers.routes import router_of as customers_router_of
from loyalnest.earning.routes import router as earning_router
from loyalnest.entrypoints import carriers, wallets
from loyalnest.entrypoints.counter_names import names_at_counter
from loyalnest.entrypoints.personal import EXPORTING, FORGETTING
from loyalnest.entrypoints.roles import Role
from loyalnest.experiments.routes import router_of as experiments_router_of
from loyalnest.experiments.routes import usage_router
from loyalnest.gamification.own_routes import own_router as own_gamification_router
from loyalnest.gamification.routes import router as gamification_router
from loyalnest.insights.routes import router_of as insights_router_of
from loyalnest.integrations import shopify
from loyalnest.journeys.routes import router as journeys_router
from loyalnest.kernel import relay
from loyalnest.kernel.inbox.routes import router as inbox_router
from loyalnest.kernel.relay.routes import router_of as relay_router_of
from loyalnest.kernel.settings import Settings
from loyalnest.ledger.own_routes import own_router as own_ledger_router
from loyalnest.ledger.routes import router_of as ledger_router_of
from loyalnest.merchants.routes import router as merchants_router
from loyalnest.messaging.routes import deliveries_router
from loyalnest.messaging.routes import router_of as messaging_router_of
from loyalnest.notices.own_routes import own_router as own_notices_router
from loyalnest.notices.routes import router as notices_router
from loyalnest.onboarding.routes import router as onboarding_router
from loyalnest.orders.routes import router as orders_router
from loyalnest.plans.routes import router_of as plans_router_of
from loyalnest.privacy.own_routes import own_router as own_privacy_router
from loyalnest.privacy.routes import router as privacy_router
from loyalnest.referrals.invitation_routes import invitations_router, own_invitations_router
from loyalnest.referrals.own_routes import own_router as own_referrals_router
from loyalnest.referrals.routes import router as referrals_router
from loyalnest.rewards.own_routes import own_router as own_rewards_router
from loyalnest.rewards.redemption_routes import counter_router, redemptions_router
from loyalnest.rewards.routes import router as rewards_router
from loyalnest.segments.routes import router as segments_router
from loyalnest.sinks.routes import router_of as sinks_router_of
from loyalnest.staff.routes import router_of as staff_router_of
from loyalnest.stamps import enrolling, visits
from loyalnest.stamps.counter.routes import device_router
from loyalnest.stamps.counter.routes import router as stampers_router
from loyalnest.stamps.enrolling.open_routes import enrolments_router
from loyalnest.stamps.enrolling.routes import router as enrolling_router
from loyalnest.stamps.own_routes import own_router as own_stamps_router
from loyalnest.stamps.routes import desk_router
from loyalnest.stamps.routes import router as stamps_router
from loyalnest.stamps.visits.routes import router as visits_router
from loyalnest.storefront.pages.routes import router as pages_router
from loyalnest.storefront.routes import captures_router, config_router_of, perks_router
from loyalnest.storefront.routes import open_router_of as open_storefront_router_of
from loyalnest.storefront.routes import own_router as own_storefront_router
from loyalnest.storefront.routes import router as storefront_router
from loyalnest.templates.routes import router_of as templates_router_of
from loyalnest.texts.routes import router as texts_router
from loyalnest.tiers.own_routes import own_router as own_tiers_router
from loyalnest.tiers.routes import router as tiers_router
from loyalnest.wallet.routes import router_of as wallet_router_of


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
        Role.AUTH: [staff_router_of(settings), shopify.router_of(shopify_app(settings))],
        Role.POINTS: [
            *_about_customers(),
            ledger_router_of(orders.sources_of),
            orders_router,
            earning_router,
            rewards_router,
            counter_router(),
            redemptions_router,
            *_about_cards(settings, guests),
            *_own_account(),
            privacy_router,
        ],
        Role.REFERRALS: _referrals(),
        Role.ANALYTICS: _analytics(),
        Role.EVENTS: [
            _events(tuple(subscribers)),
            sinks_router_of(carriers.sink_offers(settings)),
        ],
        Role.ADMIN_CORE: [
            merchants_router,
            branding_router,
            pages_router,
            inbox_router,
            onboarding_router,
            plans_router_of(settings),
            texts_router,
            notices_router,
            _templates(settings.address),
            _about_wallets(settings),
        ],
        Role.ADMIN_FEATURES: [
            storefront_router,
            captures_router,
            perks_router,
        ],
        Role.CAMPAIGN: [campaigns_router, tiers_router, journeys_router, *_messages(settings)],
        Role.GAMIFICATION: [gamification_router, own_gamification_router],
        Role.FRONTEND: [
            experiments_router_of(storefront.is_met),
            usage_router(),
            config_router_of(find_shop, address=settings.address),
            open_storefront_router_of(find_shop),
        ],
    }


# What knows nothing but this is made once, however many applications a process makes: to work a
# route out takes a millisecond, and routes remember nothing.
@cache
def _about_customers() -> list[APIRouter]:
    return [
        customers_router_of(
            ledger.balances_of,
            Groups(segments.groups_of, segments.members_of),
            visits.rhythms_of,
            forgetting=FORGETTING,
            exporting=EXPORTING,
        ),
        own_customers_router_of(staff),
        consents_router,
        own_consents_router,
        own_notices_router,
    ]


def _own_account() -> list[APIRouter]:
    return [
        own_tiers_router,
        own_ledger_router,
        own_rewards_router,
        own_privacy_router,
        own_storefront_router,
    ]


def _about_cards(settings: Settings, guests: enrolling.Door) -> list[APIRouter]:
    return [
        stamps_router,
        desk_router(),
        own_stamps_router,
        stampers_router,
        device_router,
        enrolling_router,
        enrolments_router(guests, wallets.places(settings)),
    ]


def _about_wallets(settings: Settings) -> APIRouter:
    opened = wallets.open_wallets(settings)
    return wallet_router_of(maker=opened.maker, google=opened.google is not None)


@cache
def _analytics() -> list[APIRouter]:
    return [segments_router, visits_router, insights_router_of(names_at_counter)]


@cache
def _events(subscribers: tuple[relay.Subscriber, ...]) -> APIRouter:
    return relay_router_of(subscribers)


@cache
def _templates(address: str) -> APIRouter:
    return templates_router_of(address, ledger.units_of)


def _referrals() -> list[APIRouter]:
    return [
        invitations_router,
        referrals_router,
        own_referrals_router,
        own_invitations_router,
    ]


def _messages(settings: Settings) -> list[APIRouter]:
    senders = messaging_router_of(carriers.offers(settings), settings.address, ledger.units_of)
    return [senders, deliveries_router]
