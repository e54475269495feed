"""Messages to people who are no customers: once, to their address, which is not kept for long."""

from datetime import timedelta

from sqlalchemy import text

from bench.post import Answer, Post
from loyalnest import consents, messaging, templates
from loyalnest.consents import Addressee
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import Ask, Channel, Purpose, Source, State, WhyNot
from tests.messaging.cast import Bakery, a_worker, by_day, open_bakery, settled, until

EVE = "eve@example.com"


async def asked(bakery: Bakery, address: str = EVE, *, language: str = "de") -> Addressee:
    """Somebody who is no customer is to be invited."""
    eve = Addressee(new_id(), consents.Channel.EMAIL, address, language)
    async with bakery.database.tenant(bakery.merchant_id) as session:
        await consents.keep_addresses(session, [eve], until=by_day() + timedelta(days=3))
        ask = Ask(
            bakery.merchant_id,
            None,
            Source("test", eve.id),
            templates.Occasion.REFERRAL_INVITATION,
            Purpose.OUTREACH,
            (Channel.EMAIL, Channel.SMS),
            {"link": "https://shop.example/invited"},
            addressee_id=eve.id,
        )
        assert await messaging.ask(session, [ask], now=clock.now()) != [None]
    return eve


async def sent(bakery: Bakery) -> None:
    async with a_worker(bakery.database):
        await until(lambda: settled(bakery))


async def test_somebody_who_is_no_customer_is_written_to_in_their_language(
    database: Database,
) -> None:
    bakery = await open_bakery(database)
    async with Post().open() as post:
        await bakery.uses(post)
        await asked(bakery)
        await sent(bakery)
        (letter,) = post.taken
        assert letter["to"] == EVE
    (told,) = await bakery.deliveries()
    assert (told.state, told.language) == (State.SENT, "de")
    assert (told.customer_id, told.to) == (None, None)


async def test_one_click_ends_it_for_the_address_whoever_asks_next(database: Database) -> None:
    bakery = await open_bakery(database)
    async with Post().open() as post:
        await bakery.uses(post)
        eve = await asked(bakery)
        await sent(bakery)
        async with database.tenant(bakery.merchant_id) as session:
            held = [(eve.id, consents.Reason.UNSUBSCRIBED)]
            await consents.suppress_addressees(session, held, by="test", now=clock.now())
            assert (await consents.find_addressees(session, [eve.id]))[eve.id].address is None
        await asked(bakery, "Eve@Example.COM")
        await sent(bakery)
        assert len(post.taken) == 1
    assert (await bakery.deliveries())[-1].reason == WhyNot.SUPPRESSED


async def test_who_was_forgotten_before_their_turn_gets_nothing(database: Database) -> None:
    bakery = await open_bakery(database)
    async with Post().open() as post:
        await bakery.uses(post)
        eve = await asked(bakery)
        async with database.tenant(bakery.merchant_id) as session:
            await consents.forget_addressees(session, [eve.id])
        await sent(bakery)
        assert post.taken == []
    (told,) = await bakery.deliveries()
    assert (told.state, told.reason) == (State.DROPPED, WhyNot.ERASED)


async def test_an_address_that_there_is_not_is_known_by_its_hash_alone(database: Database) -> None:
    bakery = await open_bakery(database)
    no = Answer(400, b"address_invalid", takes=False)
    async with Post(lambda _: no).open() as post:
        await bakery.uses(post)
        await asked(bakery)
        await sent(bakery)
    async with database.tenant(bakery.merchant_id) as session:
        held = await consents.find_suppressions(
            session, channel=consents.Channel.EMAIL, address=EVE
        )
        assert [(it.reason, it.address) for it in held] == [(consents.Reason.INVALID, None)]


async def test_an_address_is_forgotten_when_its_days_are_over(database: Database) -> None:
    bakery = await open_bakery(database)
    async with Post().open() as post:
        await bakery.uses(post)
        eve = await asked(bakery)
    job = consents.DAILY
    await job.handle(database, by_day() + timedelta(days=2))
    async with database.tenant(bakery.merchant_id) as session:
        assert (await consents.find_addressees(session, [eve.id]))[eve.id].address == EVE
    await job.handle(database, by_day() + timedelta(days=4))
    async with database.tenant(bakery.merchant_id) as session:
        assert (await consents.find_addressees(session, [eve.id]))[eve.id].address is None
        kept = await session.scalar(text("SELECT count(*) FROM addressees"))
    assert kept == 1
