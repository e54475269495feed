"""The Nest: the demo's second merchant, whose program is switched on, and whose shop can be tried.

The shop itself (`demo_shop/`) is a toy beside the product. Here is what it finds: a merchant with
rewards, tiers, referrals, a campaign and badges, its store, and a key to look codes up with.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import (
    branding,
    campaigns,
    earning,
    gamification,
    ledger,
    merchants,
    notices,
    platform,
    referrals,
    rewards,
    staff,
    storefront,
    tiers,
)
from loyalnest.kernel.database import Database, act_for
from loyalnest.kernel.events import Author, sign
from loyalnest.kernel.ids import to_wire

HANDLE = "shop"
NAME = "The Nest"
SHOP = "the-nest.myshopify.com"
OWNER = "owner@nest.example.com"
"""An address of its own: whoever works for two merchants has to name one at every sign-in."""
ORIGIN = "hello@nest.example.com"
"""What its mails say they are from."""
_ACTOR = "demo"
_CAKE_STAND = "8101000000001"
_EXPIRY_DAYS = 365


@dataclass(frozen=True, slots=True)
class Opened:
    """The merchant as the shop needs it."""

    api_key: str
    owner_password: str | None
    """Its owner's, when it was opened just now."""


async def prepare(
    database: Database,
    *,
    port: int,
    kept_key: str | None,
    owner_password: str | None,
    now: datetime,
) -> Opened:
    """Open the merchant unless it is there, and let its store be found at this port.

    What its owner has changed meanwhile stays as it is. `kept_key` is the key of an earlier start,
    and `owner_password` what a new owner gets, made up where none is given.
    """
    async with database.platform() as session:
        found = await merchants.find_by_handle(session, HANDLE)
        password = None
        if found is None:
            password = owner_password or staff.made_up_password()
            merchant_id = await _open(session, password, now=now)
        else:
            merchant_id = found.id
    async with database.tenant(merchant_id) as session:
        sign(session, Author(_ACTOR))
        await _say_where(session, merchant_id, port, now=now)
    key = await _key(database, merchant_id, kept_key, now=now)
    return Opened(key, password)


async def _open(session: AsyncSession, password: str, *, now: datetime) -> UUID:
    opened = await platform.open_merchant(
        session,
        handle=HANDLE,
        name=NAME,
        currency="GBP",
        time_zone="Europe/London",
        now=now,
        actor=_ACTOR,
    )
    merchant_id = opened.merchant.id
    await merchants.add_store(
        session, merchant_id=merchant_id, provider="shopify", domain=SHOP, name=NAME, now=now
    )
    await act_for(session, [merchant_id])
    sign(session, Author(_ACTOR))
    await staff.create_member(
        session, email=OWNER, role=staff.Role.OWNER, password=password, now=now
    )
    brand = branding.BrandSettings(colour="#9a3412", corners=branding.Corners.ROUND)
    await branding.save(session, brand, actor=_ACTOR, now=now)
    await _switch_on(session, merchant_id, now=now)
    return merchant_id


async def _switch_on(session: AsyncSession, merchant_id: UUID, *, now: datetime) -> None:
    usual = merchants.ProgramSettings()
    on = {
        name: usual.actions[name].model_copy(update={"state": merchants.Switch.ON})
        for name in ("signup", "newsletter", "review", "birthday")
    }
    settings = usual.model_copy(
        update={"default_rate": Decimal(10), "actions": {**usual.actions, **on}}
    )
    await earning.save_program(session, settings, actor=_ACTOR, now=now)
    await ledger.set_expiry(
        session,
        merchant_id=merchant_id,
        code=ledger.POINTS,
        expiry=ledger.Expiry(ledger.ExpiryKind.DAYS, _EXPIRY_DAYS),
        now=now,
    )
    welcome = await _fill_catalogue(session, now=now)
    promised = referrals.ReferralSettings(
        enabled=True,
        return_days=0,
        advocate_points=200,
        friend_points=100,
        friend_reward_id=to_wire(rewards.REWARD, welcome.id),
    )
    await referrals.save(session, promised, actor=_ACTOR, now=now)
    await tiers.save(session, _LADDER, actor=_ACTOR, now=now)
    await gamification.save(session, _GAME, actor=_ACTOR, now=now)
    told = notices.NoticeSettings(points_earned=notices.Notice())
    await notices.save_settings(session, told, actor=_ACTOR, now=now)
    welcome_order = campaigns.Rule(
        name="50 more with the first order",
        state=campaigns.State.ACTIVE,
        starts_at=now,
        effect=campaigns.Bonus(points=50),
        conditions=campaigns.Conditions(first_order=True),
    )
    await campaigns.create(session, welcome_order, actor=_ACTOR, now=now)
    for nudge in _NUDGES:
        await storefront.create_nudge(
            session, nudge, state=storefront.ContentState.ACTIVE, actor=_ACTOR, now=now
        )


async def _fill_catalogue(session: AsyncSession, *, now: datetime) -> rewards.Reward:
    """Draw up the rewards; the first is also what a friend is welcomed with."""
    active = rewards.RewardState.ACTIVE
    drawn_up = [
        await rewards.create(session, terms, state=active, actor=_ACTOR, now=now)
        for terms in _REWARDS
    ]
    return drawn_up[0]


async def _say_where(session: AsyncSession, merchant_id: UUID, port: int, *, now: datetime) -> None:
    """The store's pages are at this port; friends are sent there. Addresses elsewhere stay."""
    here = [f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")]
    for store in await merchants.list_stores(session, merchant_id=merchant_id):
        if store.domain == SHOP:
            others = [it for it in store.web_addresses if not it.startswith("http://")]
            await merchants.save_web_addresses(session, store.id, [*here, *others], now=now)


async def _key(database: Database, merchant_id: UUID, kept: str | None, *, now: datetime) -> str:
    """The key that the shop was given before, as long as it is good; else a new one."""
    if kept and await _is_good(database, merchant_id, kept, now=now):
        return kept
    async with database.tenant(merchant_id) as session:
        sign(session, Author(_ACTOR))
        _, key = await staff.create_api_key(
            session,
            name="Demo shop",
            scopes=[staff.Scope.POINTS_READ],
            granted_by=[staff.Scope.POINTS_READ],
            actor=_ACTOR,
            now=now,
        )
    return key


async def _is_good(database: Database, merchant_id: UUID, key: str, *, now: datetime) -> bool:
    try:
        caller = await staff.Bearers(database).caller_of(key, now=now)
    except staff.CredentialsInvalid:
        return False
    return caller.merchant_id == merchant_id


_REWARDS = (
    rewards.Terms(
        kind=rewards.Kind.AMOUNT_OFF,
        name="£2 off",
        names={"ar": "خصم 2 جنيه"},
        cost=200,
        amounts={"GBP": Decimal(2)},
        where=rewards.Where.ONLINE,
    ),
    rewards.Terms(
        kind=rewards.Kind.FREE_SHIPPING,
        name="Free delivery",
        names={"ar": "توصيل مجاني"},
        cost=300,
        where=rewards.Where.ONLINE,
    ),
    rewards.Terms(
        kind=rewards.Kind.AMOUNT_OFF,
        name="£5 off",
        names={"ar": "خصم 5 جنيهات"},
        description="For orders of £15 or more.",
        descriptions={"ar": "للطلبات من 15 جنيهًا فأكثر."},
        cost=450,
        amounts={"GBP": Decimal(5)},
        minimum_spend={"GBP": Decimal(15)},
        where=rewards.Where.ONLINE,
    ),
    rewards.Terms(
        kind=rewards.Kind.PERCENT_OFF,
        name="15% off",
        names={"ar": "خصم 15٪"},
        cost=600,
        percent=Decimal(15),
        where=rewards.Where.ONLINE,
    ),
    rewards.Terms(
        kind=rewards.Kind.FREE_PRODUCT,
        name="A cake stand on us",
        names={"ar": "حامل كعك هدية"},
        cost=900,
        product=_CAKE_STAND,
        tiers=("songbird",),
        where=rewards.Where.ONLINE,
    ),
)
_LADDER = tiers.Ladder(
    tiers=(
        tiers.Tier(
            key="nestling",
            name="Nestling",
            names={"ar": "فرخ"},
            threshold=Decimal(15),
            multiplier=Decimal("1.2"),
            colour="#8a6a3b",
        ),
        tiers.Tier(
            key="songbird",
            name="Songbird",
            names={"ar": "طائر مغرّد"},
            threshold=Decimal(60),
            multiplier=Decimal("1.5"),
            entry_points=100,
            perks=("A cake stand for points",),
            colour="#2f6f8f",
        ),
    )
)
_GAME = gamification.Game(
    badges=(
        gamification.Badge(
            key="first_find",
            name="First find",
            goal=gamification.Goal(measure=gamification.Measure.ORDERS, target=Decimal(1)),
        ),
        gamification.Badge(
            key="regular",
            name="Regular",
            goal=gamification.Goal(measure=gamification.Measure.ORDERS, target=Decimal(5)),
        ),
    )
)
_NUDGES = (
    storefront.NudgeTerms(
        kind=storefront.NudgeKind.STICKY_BAR,
        name="Join",
        words=storefront.Words(title="Join The Nest and have 200 points at once.", button="Join"),
        translations={
            "ar": storefront.Words(
                title="انضم إلى The Nest واحصل على 200 نقطة فورًا.", button="انضم"
            )
        },
        audience=storefront.Audience.GUEST,
        where=(storefront.Place.HOME, storefront.Place.PRODUCT),
        after_s=5,
        link="/account/register",
    ),
    storefront.NudgeTerms(
        kind=storefront.NudgeKind.DISCOUNT_BANNER,
        name="A tenth off the first cart",
        words=storefront.Words(title="10% off your cart", text="With this code at the checkout."),
        translations={
            "ar": storefront.Words(title="خصم 10٪ على سلتك", text="بهذا الرمز عند إتمام الشراء.")
        },
        audience=storefront.Audience.GUEST,
        where=(storefront.Place.CART,),
        after_s=5,
        code="HELLO10",
    ),
    storefront.NudgeTerms(
        kind=storefront.NudgeKind.AFTER_PURCHASE,
        name="Keep your points",
        words=storefront.Words(
            title="Your points are waiting", text="Create an account to spend them.", button="Join"
        ),
        translations={
            "ar": storefront.Words(
                title="نقاطك بانتظارك", text="أنشئ حسابًا لتنفقها.", button="انضم"
            )
        },
        audience=storefront.Audience.GUEST,
        where=(storefront.Place.THANKS,),
        after_s=2,
        link="/account/register",
    ),
)
