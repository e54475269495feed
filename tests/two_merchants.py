"""Two merchants who both have everything there is, so that one can look for the other's."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import httpx
from sqlalchemy import text

from loyalnest import (
    branding,
    campaigns,
    customers,
    gamification,
    insights,
    merchants,
    onboarding,
    plans,
    referrals,
    segments,
    staff,
    storefront,
    tiers,
)
from loyalnest.integrations.shopify import PROVIDED
from loyalnest.kernel import inbox, relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.http import bind
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.kernel.inbox import DeliveryState, Intake, NewDelivery
from loyalnest.kernel.relay.delivery import note_failure
from loyalnest.stamps import visits
from loyalnest.storefront import pages
from tests.branding.drawings import drawing
from tests.conftest import NOW
from tests.consents.cast import speaks_up
from tests.contracts.shopify.bodies import order, refund
from tests.doors import bearing, house, make_key
from tests.experiments.cast import tries_something
from tests.journeys.cast import sets_out
from tests.messaging.cast import writes_to
from tests.reaching_out import EARLIER, reach_out, refer_a_friend
from tests.shop import Shop, Told, open_shop
from tests.stamps.cast import fills_a_card
from tests.stamps.counter import AT_COUNTER, ids_at_counter, keep_busy
from tests.templates.cast import say_it_in_own_words
from tests.wallet.holding import holds_a_pass

PASSWORD = "correct horse battery"
_FIRST = {
    "ord": "SELECT id FROM orders WHERE placed_at IS NOT NULL ORDER BY id LIMIT 1",
    "ent": "SELECT id FROM entries ORDER BY id LIMIT 1",
    "key": "SELECT id FROM api_keys ORDER BY id LIMIT 1",
    "stf": "SELECT id FROM staff_members ORDER BY id LIMIT 1",
    "ses": "SELECT family_id FROM refresh_tokens ORDER BY id LIMIT 1",
    "dlv": "SELECT id FROM deliveries ORDER BY id LIMIT 1",
    "mrg": "SELECT id FROM customer_merges",
    "rfl": "SELECT id FROM referrals ORDER BY id LIMIT 1",
    "cmp": "SELECT id FROM campaigns ORDER BY id LIMIT 1",
    "rwd": "SELECT id FROM rewards ORDER BY id LIMIT 1",
    "red": "SELECT id FROM redemptions ORDER BY id LIMIT 1",
    "exp": "SELECT id FROM experiments ORDER BY id LIMIT 1",
    "prq": "SELECT id FROM privacy_requests",
    "cap": "SELECT id FROM captures ORDER BY id LIMIT 1",
    "prk": "SELECT id FROM perks ORDER BY id LIMIT 1",
    "snd": "SELECT id FROM senders ORDER BY id LIMIT 1",
    "msg": "SELECT id FROM messages WHERE state = 'failed' ORDER BY id LIMIT 1",
    "ndg": "SELECT id FROM nudges ORDER BY id LIMIT 1",
    "sup": "SELECT id FROM suppressions ORDER BY id LIMIT 1",
    "jrn": "SELECT id FROM journeys ORDER BY id LIMIT 1",
    "crp": "SELECT id FROM card_programs",
    "crd": "SELECT id FROM cards",
    "stm": "SELECT id FROM stamps",
    **AT_COUNTER,
    "crw": "SELECT id FROM card_rewards ORDER BY id LIMIT 1",
}


@dataclass(frozen=True)
class Tenant:
    """A merchant, its key, and the ids of what it has, by the name of the path's parameter."""

    merchant_id: UUID
    key: str
    session: str
    """What one of its customers asks with."""
    person: str
    """What its owner asks with; below, what a device at its counter does."""
    till: str
    email: str
    ids: dict[str, str]


async def two_merchants(database: Database) -> tuple[Tenant, Tenant]:
    """Two merchants with people, orders, points, keys, deliveries and events."""
    ours, theirs = await open_shop(database), await open_shop(database)
    tenants = await _settled(database, ours, "ada"), await _settled(database, theirs, "bea")
    for shop in (ours, theirs):
        await _leave_things_undone(database, shop)
    return tenants


async def _settled(database: Database, shop: Shop, owner: str) -> Tenant:
    await _draw_up_program(database, shop)
    email = f"{owner}@example.com"
    person = {"id": 7, "email": email, "first_name": owner}
    await shop.tells_in_turn(
        ("orders/paid", order(email=email, customer=person)),
        ("refunds/create", refund(lines={1: 1}, amount="10.00")),
        ("orders/paid", order(1002, email=email, customer=person)),
        *_who_may_be_one(owner),
        ("refunds/create", refund(502, 1099, amount="5.00")),
    )
    await shop.sets(default_rate=2, now=NOW + timedelta(minutes=1))
    await _take_deliveries_in(database, shop)
    async with database.tenant(shop.merchant_id) as session:
        await staff.create_member(
            session, email=email, role=staff.Role.OWNER, password=PASSWORD, now=NOW
        )
    await make_key(database, shop.merchant_id)  # one that may be found, and revoked
    key = await make_key(database, shop.merchant_id)
    async with house(database) as client:
        body = {"email": email, "password": PASSWORD}
        signed_in = await client.post("/v1/api/auth/login", json=body)
        await _link_to_store(database, shop, signed_in.json()["access_token"])
        customer_id = await shop.customer_id(email)
        await _earn(client, key, customer_id)
        await _redeem(client, key, customer_id)
        path = f"/v1/api/customers/{customer_id}/sessions"
        started = await client.post(path, headers=bearing(key))
        rate = {"currency": "USD", "rate": "0.75", "source": "the bank"}
        worth = await client.post("/v1/api/exchange-rates", json=rate, headers=bearing(key))
        assert worth.is_success, worth.text
        link = path.replace("sessions", "links")
        assert (await client.post(link, headers=bearing(key))).is_success
        await _say_where_staff_work(client, key, owner)
    till = await _live_through_it_all(database, shop, email, key)
    await _fall_into_debt_and_merge(database, key, await shop.customer_id(email))
    await _settle_program(database, shop, email)
    picture = await _look_their_own_way(database, shop, owner)
    await _speak_up(database, shop, owner)
    return Tenant(
        shop.merchant_id,
        key,
        session=started.json()["token"],
        person=signed_in.json()["access_token"],
        till=till,
        email=email,
        ids={**await _ids(database, shop, email), "picture": picture, "page": "loyalty"},
    )


async def _live_through_it_all(database: Database, shop: Shop, email: str, key: str) -> str:
    await refer_a_friend(shop, email)
    await speaks_up(shop, email)
    await _begin(database, shop)
    await tries_something(shop)
    card = await fills_a_card(shop, email)
    await holds_a_pass(shop, f"phone-of-{email.partition('@')[0]}")
    return await keep_busy(shop, key, card)


async def _link_to_store(database: Database, shop: Shop, token: str) -> None:
    """The owner is somebody in the store's own admin, too."""
    owner = await staff.Bearers(database).caller_of(token, now=NOW)
    async with database.tenant(shop.merchant_id) as session:
        await staff.link_store_user(session, shop.store_id, "7", by=owner, now=NOW)


async def _say_where_staff_work(client: httpx.AsyncClient, key: str, owner: str) -> None:
    place = {"network": "203.0.113.0/24", "label": f"Where {owner} works"}
    body = {"version": 0, "networks": [place]}
    said = await client.put("/v1/api/staff/networks", json=body, headers=bearing(key))
    assert said.is_success, said.text


async def _earn(client: httpx.AsyncClient, key: str, customer_id: str) -> None:
    bought = {"action_type": "purchase", "amount": "12.50", "order_id": "till-1"}
    earned = await client.post(
        "/v1/api/points/earn",
        json={"customer_id": customer_id, **bought},
        headers={**bearing(key), "Idempotency-Key": "first"},
    )
    assert earned.is_success, earned.text


async def _redeem(client: httpx.AsyncClient, key: str, customer_id: str) -> None:
    terms = {"kind": "free_shipping", "name": "Sent for nothing", "cost": 1}
    body: dict[str, object] = {"terms": terms, "state": "active"}
    made = await client.post("/v1/api/rewards", json=body, headers=bearing(key))
    wanted = {"customer_id": customer_id, "reward_id": made.json()["id"]}
    headers = {**bearing(key), "Idempotency-Key": "first"}
    redeemed = await client.post("/v1/api/rewards/redeem", json=wanted, headers=headers)
    assert redeemed.is_success, redeemed.text


def _who_may_be_one(owner: str) -> list[Told]:
    """Orders of two shoppers, and one by which the first may be the second."""
    emails = [f"{owner}-{number}@example.org" for number in (8, 9)]
    eight, nine = {"id": 8, "email": emails[0]}, {"id": 9, "email": emails[1]}
    return [
        ("orders/paid", order(1008, email=emails[0], customer=eight)),
        ("orders/paid", order(1009, email=emails[1], customer=nine)),
        ("orders/paid", order(1010, email=emails[1], customer={"id": 8, "email": emails[1]})),
    ]


async def _fall_into_debt_and_merge(database: Database, key: str, kept_id: str) -> None:
    """Somebody owes more than they had, and somebody was two."""
    async with house(database) as client:

        async def tell(path: str, **body: object) -> str:
            headers = {**bearing(key), "Idempotency-Key": f"{path}{body.get('amount')}"}
            answer = await client.post(f"/v1/api/{path}", json=body, headers=headers)
            assert answer.is_success, answer.text
            return str(answer.json()["id"])

        people = [await tell("customers", email=f"{name}@example.net") for name in ("cleo", "leo")]
        cleo, leo = people
        for amount in (5, -8):
            await tell(
                "points/adjust", customer_id=cleo, amount=amount, reason="a bet", may_owe=True
            )
        await tell(f"customers/{kept_id}/merge", merged_id=leo)


async def _leave_things_undone(database: Database, shop: Shop) -> None:
    """Something waits, something failed, something is remembered for whoever repeats it."""
    async with Intake(database) as intake:
        await intake.put(_delivery(shop, "waits", DeliveryState.QUEUED))
    async with database.tenant(shop.merchant_id) as session:
        position = await session.scalar(text("SELECT min(position) FROM events"))
        event = await relay.get_event(session, merchant_id=shop.merchant_id, position=position)
        await note_failure(
            session, event, customers.INDEX_CUSTOMERS.name, ValueError("no"), now=NOW
        )
        await bind(session, scope="test", key="first", request_hash=b"", now=NOW)


async def _draw_up_program(database: Database, shop: Shop) -> None:
    async with database.tenant(shop.merchant_id) as session:
        first = tiers.Tier(key="silver", name="Silver", threshold=Decimal(1))
        await tiers.save(session, tiers.Ladder(tiers=(first,)), actor="test", now=EARLIER)
        rule = campaigns.Rule(
            name="Five more",
            state=campaigns.State.ACTIVE,
            starts_at=EARLIER,
            effect=campaigns.Bonus(points=5),
        )
        await campaigns.create(session, rule, actor="test", now=EARLIER)
        goal = rule.model_copy(update={"effect": campaigns.SpendGoal(spend=Decimal(1), points=5)})
        await campaigns.create(session, goal, actor="test", now=EARLIER)
        await campaigns.place_products(session, [campaigns.Placed("bread", ("breakfast",))])
        goal = gamification.Goal(measure=gamification.Measure.ORDERS, target=Decimal(1))
        first = gamification.Badge(key="first", name="First", goal=goal)
        game = gamification.Game(badges=(first,), leaderboard=gamification.Board())
        await gamification.save(session, game, actor="test", now=EARLIER)


async def _begin(database: Database, shop: Shop) -> None:
    """A step to a live program is left out, texts are said otherwise, the limit is near."""
    async with database.tenant(shop.merchant_id) as session:
        await onboarding.dismiss(session, onboarding.Step.STAFF, actor="test", now=NOW)
        await say_it_in_own_words(session)
    async with database.platform() as session:
        await plans.note_usage(session, plans.Plan("small", 3), now=NOW)


async def _look_their_own_way(database: Database, shop: Shop, owner: str) -> str:
    """A name and a logo of their own; what names the picture."""
    body = drawing(colour={"ada": "red", "bea": "blue"}[owner])
    picture = await branding.draw(body, merchant_id=shop.merchant_id)
    async with database.tenant(shop.merchant_id) as session:
        logo = await branding.keep_picture(session, picture, actor="test", now=NOW)
        settings = branding.BrandSettings(name=f"By {owner}", logo=logo.hash)
        await branding.save(session, settings, actor="test", now=NOW)
        shown = pages.PageSettings(picture=logo.hash)
        await pages.save(session, pages.PageName.LOYALTY, shown, actor="test", now=NOW)
    return logo.hash


async def _speak_up(database: Database, shop: Shop, owner: str) -> None:
    """Something is on the shop's pages, and speaks up by itself; members are written to."""
    await writes_to(shop, f"{owner}@example.com")
    await sets_out(database, shop.merchant_id, now=NOW)
    async with database.tenant(shop.merchant_id) as session:
        widget = storefront.Widget(side=storefront.WidgetSide.START)
        settings = storefront.SiteSettings(widget=widget)
        await storefront.save_site(session, settings, actor="test", now=NOW)
        note = storefront.NudgeTerms(
            kind=storefront.NudgeKind.NOTE,
            name=f"By {owner}",
            words=storefront.Words(title="Points for every order"),
        )
        on = storefront.ContentState.ACTIVE
        await storefront.create_nudge(session, note, state=on, actor="test", now=NOW)
        early = storefront.PerkTerms(
            kind=storefront.PerkKind.EARLY_ACCESS, name="First", tiers=("silver",), products=("7",)
        )
        await storefront.create_perk(session, early, state=on, actor="test", now=NOW)
        words = storefront.Words(title="News", consent=f"{owner} may write to me.")
        news = note.model_copy(update={"kind": storefront.NudgeKind.EMAIL_CAPTURE, "words": words})
        asks = await storefront.create_nudge(session, news, state=on, actor="test", now=NOW)
        await storefront.capture_email(
            session, asks.id, version=1, language="en", email=f"{owner}@example.com", now=NOW
        )
    await reach_out(shop, f"{owner}@example.com")


async def _settle_program(database: Database, shop: Shop, email: str) -> None:
    subscribers = [
        customers.INDEX_CUSTOMERS,
        tiers.STANDINGS,
        segments.SCORES,
        campaigns.GOALS,
        referrals.REFERRALS,
        gamification.BADGES,
        *(visits.VISITS, visits.RHYTHMS, insights.SHOP),
    ]
    await relay.settle(database, subscribers, clock=lambda: NOW)
    await visits.NIGHTLY.handle(database, NOW)
    async with database.tenant(shop.merchant_id) as session:
        await segments.score_everybody(session, shop.merchant_id, now=NOW)
        customer_id = from_wire("cus", await shop.customer_id(email))
        await gamification.join_board(session, customer_id=customer_id, now=NOW)


async def _take_deliveries_in(database: Database, shop: Shop) -> None:
    async with Intake(database) as intake:
        for number, state in enumerate((DeliveryState.QUEUED, DeliveryState.UNHANDLED)):
            await intake.put(_delivery(shop, str(number), state))
    await inbox.drain(database, [PROVIDED])


def _delivery(shop: Shop, key: str, state: DeliveryState) -> NewDelivery:
    return NewDelivery(
        merchant_id=shop.merchant_id,
        store_id=shop.store_id,
        provider=PROVIDED.name,
        topic="orders/paid",
        delivery_key=f"{shop.merchant_id}-{key}",
        body=b'{"id": "no order"}',
        state=state,
    )


async def _ids(database: Database, shop: Shop, email: str) -> dict[str, str]:
    async with database.tenant(shop.merchant_id) as session:
        first = {name: await session.scalar(text(query)) for name, query in _FIRST.items()}
        position = await session.scalar(text("SELECT min(position) FROM events"))
        (store,) = await merchants.list_stores(session, merchant_id=shop.merchant_id)
        (pair,) = await customers.list_merge_candidates(session)
        assert len((await merchants.program_of(session, shop.merchant_id)).versions) == 2
    wire = {prefix: to_wire(prefix, id_) for prefix, id_ in first.items()}
    return {
        "customer_id": await shop.customer_id(email),
        "shop": store.domain,
        "order_id": wire["ord"],
        "candidate_id": to_wire("cus", pair[0]),
        "other_id": to_wire("cus", pair[1]),
        "merge_id": wire["mrg"],
        "store_id": to_wire("sto", shop.store_id),
        "entry_id": wire["ent"],
        "key_id": wire["key"],
        "staff_id": wire["stf"],
        "session_id": wire["ses"],
        "delivery_id": wire["dlv"],
        "campaign_id": wire["cmp"],
        "reward_id": wire["rwd"],
        "request_id": wire["prq"],
        "redemption_id": wire["red"],
        "message_id": wire["msg"],
        "sender_id": wire["snd"],
        "referral_id": wire["rfl"],
        "experiment_id": wire["exp"],
        "nudge_id": wire["ndg"],
        "perk_id": wire["prk"],
        "capture_id": wire["cap"],
        "suppression_id": wire["sup"],
        "journey_id": wire["jrn"],
        "card_program_id": wire["crp"],
        "card_reward_id": wire["crw"],
        "card_id": wire["crd"],
        "stamp_id": wire["stm"],
        **ids_at_counter(wire),
        "segment": "new",
        "badge": "first",
        "language": "de",
        "key": "app.signOut",
        "position": str(position),
        "subscriber": "customers.search",
        "version": "2",
    }
