"""What customers agree to is kept with its proof, and the latest word counts."""

from datetime import time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers
from loyalnest.consents import (
    Answer,
    Asked,
    Channel,
    ConsentSettings,
    Preferences,
    Proof,
    Purpose,
    QuietHours,
    Reason,
    Said,
    State,
    Way,
)
from loyalnest.kernel.database import merchant_of
from tests.conftest import NOW
from tests.consents.cast import (
    ABOUT_THEM,
    OUTREACH,
    WORDS,
    agrees,
    later,
    person,
    proof,
    refuses,
    state,
    verdict,
)


async def test_outreach_needs_a_yes_and_what_somebody_did_needs_none(session: AsyncSession):
    ada = await person(session)
    assert (await verdict(session, ada)).answer is Answer.NO_CONSENT
    assert (await verdict(session, ada, purpose=ABOUT_THEM)).allowed
    await agrees(session, ada)
    assert (await verdict(session, ada)).allowed
    assert (await verdict(session, ada, Channel.SMS)).answer is Answer.NO_CONSENT
    await refuses(session, ada, now=later(seconds=1))
    assert (await verdict(session, ada)).answer is Answer.OPTED_OUT
    assert (await verdict(session, ada, purpose=ABOUT_THEM, address="ada@example.com")).allowed
    told = await verdict(session, ada, address=" ADA@Example.com ")
    assert (told.answer, told.reason) == (Answer.SUPPRESSED, Reason.UNSUBSCRIBED)
    await refuses(session, ada, purpose=ABOUT_THEM)
    assert (await verdict(session, ada, purpose=ABOUT_THEM)).answer is Answer.OPTED_OUT
    await agrees(session, ada, now=later(seconds=2))
    assert (await verdict(session, ada, address="ada@example.com")).allowed


async def test_a_yes_is_kept_with_its_proof_for_ever(session: AsyncSession):
    ada = await person(session)
    said = Proof(Way.STAFF, "staff:stf_1", WORDS, "de", "the counter", "203.0.113.0/24")
    kept = await consents.say(
        session, ada, purpose=OUTREACH, channel=Channel.EMAIL, granted=True, proof=said, now=NOW
    )
    (line,) = await consents.history_of(session, ada)
    assert line == kept
    assert line.said.proof == said
    assert (line.said.at, line.recorded_at) == (NOW, NOW)
    with pytest.raises(DBAPIError, match="never changed"):
        async with session.begin_nested():
            await session.execute(text("UPDATE consents SET words = 'something else'"))


async def test_a_yes_without_words_or_for_no_channel_is_none(session: AsyncSession):
    ada = await person(session)
    for purpose, channel, words, field in (
        (OUTREACH, Channel.EMAIL, " ", "words"),
        (OUTREACH, None, WORDS, "channel"),
        (Purpose.REFERRALS, Channel.EMAIL, WORDS, "channel"),
    ):
        with pytest.raises(consents.ConsentInvalid) as refused:
            await consents.say(
                session,
                ada,
                purpose=purpose,
                channel=channel,
                granted=True,
                proof=proof(words=words),
                now=NOW,
            )
        assert set(refused.value.fields) == {field}


async def test_what_was_said_earlier_never_outweighs_what_was_said_later(session: AsyncSession):
    ada = await person(session)

    def says(state: State, ago: int, source: str) -> Said:
        told = Proof(Way.PROVIDER, "shopify")
        at = NOW - timedelta(days=ago)
        return Said(merchant_of(session), ada, OUTREACH, Channel.EMAIL, state, at, told, source)

    yes, no = says(State.GRANTED, 30, "yes"), says(State.WITHDRAWN, 10, "no")
    assert len(await consents.record_many(session, [no, yes], now=NOW)) == 2
    assert await state(session, ada) is State.WITHDRAWN
    assert await consents.record_many(session, [yes, no, yes], now=NOW) == []  # told again
    assert await state(session, ada) is State.WITHDRAWN
    fast = says(State.GRANTED, -5, "a clock that is five days fast")
    await consents.record_many(session, [fast], now=NOW)
    await refuses(session, ada, now=later(seconds=1))
    assert await state(session, ada) is State.WITHDRAWN
    await consents.record_many(session, [says(State.GRANTED, 20, "late")], now=later(days=1))
    assert await state(session, ada) is State.WITHDRAWN
    assert len(await consents.history_of(session, ada)) == 5


async def test_of_two_words_in_one_instant_the_no_counts(session: AsyncSession):
    ada = await person(session)
    await refuses(session, ada)
    await agrees(session, ada)
    assert await state(session, ada) is State.WITHDRAWN


async def test_whoever_turns_out_to_be_another_has_said_it_too(session: AsyncSession):
    ada, bea = await person(session), await person(session, "bea")
    await agrees(session, ada)
    await refuses(session, bea, now=later(seconds=1))
    await refuses(session, bea, None, purpose=Purpose.RFM_TRACKING)
    merge = await customers.merge_identities(
        session,
        merchant_id=merchant_of(session),
        kept_id=ada,
        merged_id=bea,
        actor="test",
        now=NOW,
    )
    for who in (ada, bea):
        assert (await verdict(session, who)).answer is Answer.OPTED_OUT
    (kept, _) = await customers.unmerge_identities(
        session, merchant_id=merchant_of(session), merge_id=merge, actor="test", now=NOW
    )
    assert (await verdict(session, kept)).allowed


async def test_bounces_hold_back_everything_and_an_unsubscription_outreach_alone(
    session: AsyncSession,
):
    ada, address = await person(session), "ada@example.com"
    await agrees(session, ada)

    async def answers() -> list[Reason | None]:
        asked = [await verdict(session, ada, purpose=it, address=address) for it in (
            OUTREACH, ABOUT_THEM)]  # fmt: skip
        return [it.reason for it in asked]

    async def suppressed(reason: Reason) -> consents.Suppression:
        found, _ = await consents.suppress(
            session, channel=Channel.EMAIL, address=address, reason=reason, by="ses", now=NOW
        )
        return found

    bounced = await suppressed(Reason.BOUNCED)
    assert await answers() == [Reason.BOUNCED, Reason.BOUNCED]
    await suppressed(Reason.UNSUBSCRIBED)
    assert await answers() == [Reason.UNSUBSCRIBED, Reason.BOUNCED]
    await consents.lift(session, bounced.id, now=NOW)
    assert await answers() == [Reason.UNSUBSCRIBED, None]
    complained = await suppressed(Reason.COMPLAINED)
    assert await suppressed(Reason.COMPLAINED) == complained
    assert await answers() == [Reason.COMPLAINED, Reason.COMPLAINED]
    with pytest.raises(consents.SuppressionStands):
        await consents.lift(session, complained.id, now=NOW)
    await agrees(session, ada, way=Way.STAFF, now=later(hours=1))  # a yes that others report
    assert await answers() == [Reason.COMPLAINED, Reason.COMPLAINED]
    await agrees(session, ada, way=Way.CUSTOMER_PAGE, now=later(hours=2))
    assert await answers() == [None, None]


async def test_outreach_waits_through_the_night_of_whoever_gets_it(session: AsyncSession):
    ada = await person(session)
    await agrees(session, ada)
    night = NOW.replace(hour=21)  # the merchant of these tests lives by UTC
    told = await verdict(session, ada, now=night)
    assert (told.answer, told.until) == (Answer.QUIET, (NOW + timedelta(days=1)).replace(hour=8))
    assert (await verdict(session, ada, purpose=ABOUT_THEM, now=night)).allowed
    tokyo = Preferences(time_zone="Asia/Tokyo")
    await consents.save_preferences(session, ada, tokyo, actor="test", now=NOW)
    assert (await verdict(session, ada, now=NOW)).until == NOW.replace(hour=23)  # 21:00 there
    assert (await verdict(session, ada, now=night)).answer is Answer.QUIET  # 06:00 there
    own = Preferences(quiet_hours=QuietHours(starts=time(11), ends=time(13)))
    await consents.save_preferences(session, ada, own, actor="test", now=NOW)
    assert (await verdict(session, ada, now=night)).allowed
    assert (await verdict(session, ada, now=NOW)).until == NOW.replace(hour=13)
    assert (await verdict(session, ada, purpose=ABOUT_THEM)).allowed  # a mail wakes nobody
    assert (await verdict(session, ada, Channel.SMS, ABOUT_THEM)).until == NOW.replace(hour=13)


async def test_a_merchant_who_asks_twice_waits_for_the_second_yes(session: AsyncSession):
    ada = await person(session)
    twice = ConsentSettings(double_opt_in=True)
    await consents.save_settings(session, twice, actor="test", now=NOW)
    asked = await agrees(session, ada, way=Way.FORM)
    assert asked.said.state is State.PENDING
    assert (await verdict(session, ada)).answer is Answer.NO_CONSENT
    again = await agrees(session, ada, way=Way.FORM, now=later(minutes=1))
    assert again.said.state is State.PENDING
    await agrees(session, ada, way=Way.STAFF, now=later(minutes=2))  # on paper, at the counter
    assert (await verdict(session, ada)).allowed


async def test_thousands_are_judged_in_the_order_asked(session: AsyncSession):
    ada, bea = await person(session), await person(session, "bea")
    await agrees(session, ada)
    who = [ada, bea, customers.CustomerId(int=7)] * 700
    asked = [Asked(it, Channel.EMAIL, OUTREACH, "not an address" if n % 7 == 0 else None)
             for n, it in enumerate(who)]  # fmt: skip
    told = await consents.may_send(session, merchant_of(session), asked, NOW)
    kinds = {ada: Answer.ALLOWED, bea: Answer.NO_CONSENT}
    for n, (it, heard) in enumerate(zip(who, told, strict=True)):
        expected = kinds.get(it, Answer.ERASED)
        if n % 7 == 0 and it in kinds:
            expected = Answer.SUPPRESSED
        assert heard.answer is expected
    assert await consents.may_send(session, merchant_of(session), [], NOW) == []
