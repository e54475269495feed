"""Cards of paper at the counter: theirs is the number that is printed on them."""

from loyalnest import stamps
from loyalnest.stamps import CardProgram, enrolling
from tests.conftest import NOW
from tests.stamps.counter import Counter, ago, said


async def _prints(counter: Counter, program: CardProgram, count: int = 1) -> list[str]:
    """The codes on new cards of paper."""
    async with counter.cafe.open() as session:
        batch = await enrolling.print_cards(
            session, program_id=program.id, store_id=None, count=count, actor="test", now=NOW
        )
        numbers = await enrolling.numbers_of(session, batch.id)
        return await enrolling.printed_codes(session, numbers)


async def test_a_card_of_paper_is_stamped_by_its_code(counter: Counter) -> None:
    device = await counter.device()
    (code,) = await _prints(counter, await counter.cafe.draws_up())
    (seen,) = (await device.asks("POST", "look", json={"code": code})).json()["cards"]
    assert seen["number"].replace("-", "") == code.split(".")[3]
    done = await device.sends_one(card={"code": code}, confirmed=True)
    assert (said(done), done["card"]["card_id"]) == (("done", None), seen["card_id"])
    typed = await device.sends_one(card={"number": seen["number"]})
    assert (said(typed), typed["card"]["collected"]) == (("done", None), 2)


async def test_a_card_of_paper_may_be_used_first_without_a_network(counter: Counter) -> None:
    device = await counter.device()
    program = await counter.cafe.draws_up()
    one, other = await _prints(counter, program, 2)
    sent = [
        device.wish(card={"code": code}, at=ago(minutes=minutes), offline=True)
        for code, minutes in ((one, 30), (other, 20), (one, 10))
    ]
    results = await device.sends(*sent)
    assert [said(it) for it in results] == [("done", None)] * 3
    assert [it["card"]["collected"] for it in results] == [2, 1, 2]


async def test_paper_of_a_program_that_pauses_is_refused_and_opens_nothing(
    counter: Counter,
) -> None:
    device = await counter.device()
    paused = await counter.cafe.draws_up()
    (code,) = await _prints(counter, paused)
    async with counter.cafe.open() as session:
        state = stamps.ProgramState.PAUSED
        await stamps.save(session, paused.id, paused.terms, state=state, actor="test", now=NOW)
    card, named = await counter.new_card(await counter.cafe.draws_up())
    sent = [device.wish(card={"code": code}, offline=True), device.wish(card=named)]
    refused, done = await device.sends(*sent)
    assert (said(refused), said(done)) == (("refused", "CARD_PROGRAM_PAUSED"), ("done", None))
    assert await counter.collected(card) == 1
    people = (await counter.owner("GET", "customers")).json()
    assert len(people["items"]) == 1
