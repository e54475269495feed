"""A merchant with a customer of whom everything is known that can be."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bench.post import offer
from loyalnest import (
    consents,
    customers,
    experiments,
    gamification,
    ledger,
    merchants,
    messaging,
    privacy,
    referrals,
    storefront,
    templates,
)
from loyalnest.customers.service.index import index_many
from loyalnest.kernel.database import act_as_platform, act_for, merchant_of
from loyalnest.kernel.ids import new_id
from loyalnest.messaging.sending.claiming import mark_outreach
from tests.conftest import NOW
from tests.experiments.cast import design, is_met, meeting, view

# Everything that can be known of somebody.
SAID = ("anna@example.com", "+442079460958", "Anna Archer", "1990-05-17", "de", "shop-7")


async def open_merchant(session: AsyncSession) -> None:
    await act_as_platform(session)
    merchant = await merchants.create(
        session,
        handle="cafe",
        name="Café",
        currency="EUR",
        time_zone="Europe/Berlin",
        now=NOW,
        actor="test",
    )
    await ledger.open_unit(session, merchant_id=merchant.id, now=NOW)
    await merchants.add_store(
        session,
        merchant_id=merchant.id,
        provider="shopify",
        domain="cafe.myshopify.com",
        name="Café",
        now=NOW,
    )
    await act_for(session, [merchant.id])


async def filled_in(session: AsyncSession) -> customers.CustomerId:
    """A customer of whom everything is known that can be."""
    email, phone, name, birthday, locale, external_id = SAID
    said = customers.Contact(
        merchant_of(session),
        email=email,
        phone=phone,
        phone_verified=True,
        name=name,
        birthday=date.fromisoformat(birthday),
        locale=locale,
        store_id=new_id(),
        provider="shopify",
        external_id=external_id,
    )
    (anna,) = await customers.identify_many(session, [said], now=NOW)
    assert anna
    await index_many(session, [(said.merchant_id, anna)])
    await referrals.note_marks(session, anna, {referrals.Mark.DEVICE: "hers"}, now=NOW)
    game = gamification.Game(leaderboard=gamification.Board())
    await gamification.save(session, game, actor="test", now=NOW)
    await gamification.join_board(session, customer_id=anna, now=NOW)
    await _met_a_variant(session, anna)
    kind = privacy.Kind.ACCESS
    await privacy.ask(session, customer_id=anna, kind=kind, note=name, now=NOW)
    await _has_said_what_they_want(session, anna)
    await _is_told_something(session, anna, name)
    asks = storefront.NudgeTerms(
        kind=storefront.NudgeKind.EMAIL_CAPTURE,
        name="News",
        words=storefront.Words(title="News", consent="You may write to me."),
    )
    on = storefront.ContentState.ACTIVE
    nudge = await storefront.create_nudge(session, asks, state=on, actor="test", now=NOW)
    await storefront.capture_email(
        session, nudge.id, version=1, language="en", email=email, now=NOW
    )
    return anna


async def _has_said_what_they_want(
    session: AsyncSession, customer_id: customers.CustomerId
) -> None:
    proof = consents.Proof(consents.Way.STAFF, "staff:test", "Write to me.", "de")
    await consents.say(
        session,
        customer_id,
        purpose=consents.Purpose.OUTREACH,
        channel=consents.Channel.EMAIL,
        granted=True,
        proof=proof,
        now=NOW,
    )
    wanted = consents.Preferences(language="de")
    await consents.save_preferences(session, customer_id, wanted, actor="test", now=NOW)
    known = consents.Sender(consents.Channel.WHATSAPP, "meta:1", "US.1349anna")
    await consents.note_identity(session, known, customer_id, now=NOW)


async def _is_told_something(
    session: AsyncSession, customer_id: customers.CustomerId, name: str
) -> None:
    merchant_id = merchant_of(session)
    setup = messaging.Setup(messaging.Channel.EMAIL, "cafe@example.com", "Café", {"url": "there"})
    await messaging.set_up(session, setup, offer(), actor="test", now=NOW)
    asked = messaging.Ask(
        merchant_id,
        customer_id,
        messaging.Source("test", new_id()),
        templates.Occasion.WIN_BACK,
        messaging.Purpose.OUTREACH,
        [messaging.Channel.EMAIL, messaging.Channel.SMS],
        {"name": name},
    )
    (message_id,) = await messaging.ask(session, [asked], now=NOW)
    assert message_id
    await mark_outreach(
        session,
        [(customer_id, message_id)],
        merchant_id=merchant_id,
        between=timedelta(days=7),
        now=NOW,
    )


async def _met_a_variant(session: AsyncSession, customer_id: customers.CustomerId) -> None:
    drafted = await experiments.draft(session, design(), actor="test", now=NOW)
    running = await experiments.start(session, drafted.id, is_met=is_met, actor="test", now=NOW)
    (visitor,) = meeting(running, "a", 1)
    member = (running.merchant_id, customer_id)
    batch = experiments.Batch("cafe.myshopify.com", visitor, [view(running, "a")], member)
    await act_as_platform(session)
    assert await experiments.count_many(session, [batch], now=NOW) == 1
