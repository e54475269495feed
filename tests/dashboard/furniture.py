"""What the gift shop has besides: tiers, a game, journeys, and something that it tries out."""

from decimal import Decimal

from loyalnest import experiments, gamification, journeys, messaging, stamps, storefront, tiers
from loyalnest.kernel import clock
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.messaging import State
from tests.doors import make_key
from tests.experiments.cast import tries
from tests.journeys.cast import WINS_BACK, begun
from tests.messaging.cast import Bakery, writes_to
from tests.shop import Shop
from tests.stamps import cafe
from tests.stamps.counter import keep_busy

LADDER = tiers.Ladder(
    tiers=(
        tiers.Tier(key="member", name="Member", threshold=Decimal(0)),
        tiers.Tier(key="gold", name="Gold", threshold=Decimal(84), perks=("Free wrapping",)),
    )
)
GAME = gamification.Game(
    badges=(
        gamification.Badge(
            key="loyal",
            name="Loyal",
            goal=gamification.Goal(measure=gamification.Measure.ORDERS, target=Decimal(3)),
        ),
    ),
    leaderboard=gamification.Board(),
)
PERK = storefront.PerkTerms(
    kind=storefront.PerkKind.EARLY_ACCESS,
    name="Before everybody",
    names={"de": "Vor allen anderen"},
    tiers=("gold",),
    link="/collections/early",
)


async def furnish(shop: Shop) -> None:
    """Put all of it into the shop, and judge its customers by it."""
    now = clock.now()
    async with shop.database.tenant(shop.merchant_id) as session:
        await tiers.save(session, LADDER, actor="test", now=now)
        await gamification.save(session, GAME, actor="test", now=now)
        await storefront.create_perk(
            session, PERK, state=storefront.ContentState.ACTIVE, actor="test", now=now
        )
    await tries(shop, now=now)
    await writes_to(shop, "ada@example.com")
    await has_journeys(shop)
    await has_a_card(shop)
    for job in (tiers.JUDGE_EVERYBODY, gamification.JUDGE_EVERYBODY):
        await job.handle(shop.database, {"merchant_id": str(shop.merchant_id)}, clock.now())


async def has_journeys(shop: Shop) -> None:
    """One that runs, with somebody under way in it, and a draft."""
    running = await begun(shop.database, shop.merchant_id, WINS_BACK, now=clock.now())
    ada = from_wire("cus", await shop.customer_id())
    async with shop.database.tenant(shop.merchant_id) as session:
        entry = journeys.Entry(running, journeys.Candidate(ada, "once"))
        await journeys.enter_many(session, [entry], now=clock.now())
        await journeys.create(session, WINS_BACK, actor="test", now=clock.now())


async def has_a_card(shop: Shop) -> None:
    """Ada has six stamps on a card of ten, a coffee to her credit, and stamps that wait."""
    now, ada = clock.now(), from_wire("cus", await shop.customer_id())
    async with shop.database.tenant(shop.merchant_id) as session:
        program = await stamps.create(
            session, cafe.terms(), state=stamps.ProgramState.ACTIVE, actor="test", now=now
        )
        opening = stamps.Opening(customer_id=ada, program_id=program.id)
        (state,) = await stamps.open_cards(session, [opening], now=now)
        given = stamps.Stamping(
            card_id=state.card.id, count=6, occurred_at=now, key="furnished", actor="test"
        )
        await stamps.stamp(session, given, now=now)
    key = await make_key(shop.database, shop.merchant_id)
    await keep_busy(shop, key, to_wire(stamps.CARD, state.card.id))


async def names_of(shop: Shop) -> dict[str, str]:
    """What of it has an address of its own, by the word for it."""
    async with shop.database.tenant(shop.merchant_id) as session:
        draft, running = await experiments.list_experiments(session, limit=2)
        (perk,) = await storefront.list_perks(session)
        (card_program,) = await stamps.programs(session)
        drawn_up, journey = await journeys.list_journeys(session, state=None, before=None, limit=2)
    named = {"{experiment}": running.key, "{draft}": draft.key}
    (failed,) = await Bakery(shop.database, shop.merchant_id).deliveries(state=State.FAILED)
    named |= {"{message}": to_wire(messaging.WIRE_PREFIX, failed.id)}
    for name, it in (("{drawn_up}", drawn_up), ("{journey}", journey)):
        named[name] = to_wire(journeys.WIRE_PREFIX, it.id)
    named["{store}"] = to_wire("sto", shop.store_id)
    named["{card_program}"] = to_wire(stamps.PROGRAM, card_program.id)
    return named | {"{perk}": to_wire(storefront.PERK, perk.id)}
