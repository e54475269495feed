"""A program is read when it has changed; whoever stamps goes by what holds at that moment."""

import asyncio

import pytest

from loyalnest import stamps
from loyalnest.kernel.database import Database
from loyalnest.stamps import (
    CardProgram,
    CardState,
    CardTerms,
    ProgramState,
    Stage,
    Stamping,
    storage,
)
from tests.conftest import NOW
from tests.stamps.cafe import COFFEE, Cafe, open_cafe, refusal, terms
from tests.waiting import until_somebody_waits

SOONER = Stage(key="cake", count=7, name="Cake")


@pytest.fixture
async def cafe(database: Database) -> Cafe:
    return await open_cafe(database)


def stamping(state: CardState, count: int, key: str) -> Stamping:
    return Stamping(card_id=state.card.id, count=count, occurred_at=NOW, key=key, actor="test")


async def saves(
    cafe: Cafe,
    program: CardProgram,
    changed: CardTerms,
    state: ProgramState = ProgramState.ACTIVE,
) -> None:
    async with cafe.open() as session:
        await stamps.save(session, program.id, changed, state=state, actor="test", now=NOW)


async def test_what_is_saved_holds_from_the_next_stamp_on(cafe: Cafe) -> None:
    program = await cafe.draws_up()
    card = await cafe.card(program)
    await cafe.gives(card, 5)
    await saves(cafe, program, terms(stages=(COFFEE, SOONER)))
    seventh = await cafe.gives(card, 2)
    assert [it.name for it in seventh.earned] == ["Cake"]
    await saves(cafe, program, terms(stages=(COFFEE, SOONER)), ProgramState.PAUSED)
    assert await refusal(cafe.gives(card)) == "CARD_PROGRAM_PAUSED"


async def test_who_waited_for_a_card_stamps_nothing_that_was_paused_meanwhile(cafe: Cafe) -> None:
    program = await cafe.draws_up()
    card = await cafe.card(program)
    async with asyncio.TaskGroup() as group, cafe.open() as session:
        await stamps.stamp(session, stamping(card, 1, "holds"), now=NOW)
        late = group.create_task(refusal(cafe.gives(card, 1, key="waits")))
        await until_somebody_waits(cafe.database)
        await saves(cafe, program, terms(), ProgramState.PAUSED)
    assert late.result() == "CARD_PROGRAM_PAUSED"


async def test_who_waited_for_a_card_goes_by_what_it_was_filled_by_meanwhile(
    cafe: Cafe, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = await cafe.draws_up()
    card = await cafe.card(program)
    await cafe.gives(card, 1)
    async with asyncio.TaskGroup() as group, cafe.open() as session:
        await stamps.stamp(session, stamping(card, 1, "holds"), now=NOW)
        late = group.create_task(cafe.gives(card, 6, key="waits"))
        await until_somebody_waits(cafe.database)
        await stamps.save(
            session,
            program.id,
            terms(stages=(COFFEE, SOONER)),
            state=ProgramState.ACTIVE,
            actor="test",
            now=NOW,
        )
        # The round is over; the next one begins under the newer terms.
        filled = await stamps.stamp(session, stamping(card, 6, "fills"), now=NOW)
        assert (filled.state.card.round, filled.state.version) == (2, 2)
        # As another process would, which has not heard of it yet.
        monkeypatch.setattr(storage, "_known_programs", {program.id: program})
    assert [it.name for it in late.result().earned] == ["Free coffee", "Cake"]
    await cafe.books_balance()
