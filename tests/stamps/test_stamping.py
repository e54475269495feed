"""Cards that are stamped, filled, used and corrected: in the books at every step."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import pytest

from loyalnest import ledger, stamps
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.stamps import Conversion, Stage, StampKind, Validity
from tests.conftest import NOW
from tests.stamps.cafe import CAKE, COFFEE, Cafe, open_cafe, refusal, terms


@pytest.fixture
async def cafe(lasting_database: Database) -> Cafe:
    return await open_cafe(lasting_database)


async def test_a_stage_brings_its_reward_and_takes_no_stamps_and_the_last_takes_them_all(
    cafe: Cafe,
) -> None:
    card = await cafe.card(await cafe.draws_up())
    four = await cafe.gives(card, 4)
    assert (four.state.collected, four.earned) == (4, ())
    fifth = await cafe.gives(card)
    assert [it.name for it in fifth.earned] == ["Free coffee"]
    assert fifth.state.collected == 5
    tenth = await cafe.gives(card, 7)
    assert [it.name for it in tenth.earned] == ["Cake"]
    assert (tenth.state.collected, tenth.state.card.round) == (2, 2)
    assert [it.name for it in tenth.state.due] == ["Free coffee", "Cake"]
    await cafe.books_balance()


async def test_so_many_at_once_that_several_rounds_are_full_bring_all_of_it(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up(terms(most_at_once=100)))
    stamped = await cafe.gives(card, 26)
    assert [(it.round, it.name) for it in stamped.earned] == [
        (1, "Free coffee"),
        (1, "Cake"),
        (2, "Free coffee"),
        (2, "Cake"),
        (3, "Free coffee"),
    ]
    assert (stamped.state.collected, stamped.state.card.round) == (6, 3)
    await cafe.books_balance()


async def test_a_stamp_that_is_sent_twice_is_given_once(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    first = await cafe.gives(card, key="a")
    again = await cafe.gives(card, key="a")
    assert (again.stamp_id, again.again, again.state.collected) == (first.stamp_id, True, 1)
    changed = cafe.gives(card, key="a", request_hash=b"another")
    assert await refusal(changed) == "STAMP_KEY_REUSED"


async def test_stamps_at_the_same_moment_all_count_and_fill_the_card_once(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    await asyncio.gather(*(cafe.gives(card) for _ in range(12)))
    state = await cafe.sees(card)
    assert (state.collected, state.card.round) == (2, 2)
    assert [it.name for it in state.due] == ["Free coffee", "Cake"]
    await cafe.books_balance()


async def test_undoing_takes_back_what_was_not_used(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    await cafe.gives(card, 4)
    fifth = await cafe.gives(card)
    after = await cafe.undoes(fifth)
    assert (after.collected, after.due) == (4, ())
    again = await cafe.gives(card)
    assert [it.id for it in again.earned] == [fifth.earned[0].id]
    assert await refusal(cafe.undoes(fifth)) == "STAMP_ALREADY_UNDONE"


async def test_undoing_the_last_stamp_opens_the_round_again(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    await cafe.gives(card, 8)
    last = await cafe.gives(card, 8)
    assert (last.state.collected, last.state.card.round) == (6, 2)
    after = await cafe.undoes(last)
    assert (after.collected, after.debt, after.card.round) == (8, 0, 1)
    assert [it.name for it in after.due] == ["Free coffee"]
    full = await cafe.gives(card, 2)
    assert [it.name for it in full.earned] == ["Cake"]
    assert (full.state.collected, full.state.card.round) == (0, 2)
    await cafe.books_balance()


@pytest.mark.parametrize(("policy", "debt", "left"), [("owe", 2, 1), ("forgive", 0, 3)])
async def test_of_what_was_used_the_card_owes_its_stamps_or_they_are_forgiven(
    cafe: Cafe, policy: str, debt: int, left: int
) -> None:
    card = await cafe.card(await cafe.draws_up(terms(after_use=policy)))
    await cafe.gives(card, 8)
    last = await cafe.gives(card, 2)
    await cafe.hands_out(last.earned[0])
    after = await cafe.undoes(last)
    assert (after.collected, after.debt, after.card.round) == (0, debt, 2)
    next_visit = await cafe.gives(card, 3)
    assert (next_visit.state.collected, next_visit.state.debt) == (left, 0)
    await cafe.books_balance()


async def test_a_stage_whose_reward_was_used_brings_it_once_in_its_round(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    await cafe.gives(card, 4)
    fifth = await cafe.gives(card)
    await cafe.hands_out(fifth.earned[0])
    await cafe.undoes(fifth)
    again = await cafe.gives(card)
    assert again.earned == ()
    assert again.state.collected == 5


async def test_a_reward_is_handed_out_once_and_can_be_put_back(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    (reward,) = (await cafe.gives(card, 5)).earned
    first, second = await asyncio.gather(
        cafe.hands_out(reward, key="one"),
        cafe.hands_out(reward, key="two"),
        return_exceptions=True,
    )
    assert [isinstance(it, stamps.RewardNotDue) for it in (first, second)].count(True) == 1
    async with cafe.open() as session:
        state = await stamps.put_back(session, reward.id, actor="test", now=NOW)
    assert [it.id for it in state.due] == [reward.id]
    used = await cafe.hands_out(reward, key="three")
    replayed = await cafe.hands_out(reward, key="three")
    assert used.due == replayed.due == ()


async def test_a_card_in_circulation_keeps_its_terms_or_gets_better_ones(cafe: Cafe) -> None:
    program = await cafe.draws_up()
    begun, empty = await cafe.card(program), await cafe.card(program)
    await cafe.gives(begun, 7)

    async def save(changed: stamps.CardTerms) -> None:
        async with cafe.open() as session:
            await stamps.save(
                session,
                program.id,
                changed,
                state=stamps.ProgramState.ACTIVE,
                actor="test",
                now=NOW,
            )

    worse = terms(stages=(COFFEE, Stage(key="cake", count=12, name="Cake")))
    await save(worse)
    assert (await cafe.sees(begun)).terms.needed == 10
    assert (await cafe.sees(empty)).terms.needed == 12
    better = terms(
        stages=(
            Stage(key="coffee", count=4, name="Free coffee"),
            Stage(key="cake", count=8, name="Cake"),
        )
    )
    await save(better)
    assert (await cafe.sees(begun)).terms.needed == 8
    await cafe.news_is_told()
    stamped = await cafe.gives(begun)
    assert [it.name for it in stamped.earned] == ["Cake"]  # the coffee was had at five
    assert (stamped.state.collected, stamped.state.card.round) == (0, 2)


async def test_a_welcome_stamp_is_there_at_once_and_once(cafe: Cafe) -> None:
    program, guest = await cafe.draws_up(terms(welcome_stamps=2)), await cafe.guest()
    first = await cafe.card(program, guest)
    second = await cafe.card(program, guest)
    assert (first.collected, second.collected) == (2, 2)
    assert first.card.id == second.card.id


async def test_a_cooldown_bounds_visits_before_and_after_whatever_comes_first(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up(terms(cooldown_minutes=30)))
    await cafe.gives(card)
    soon = cafe.gives(card, at=NOW + timedelta(minutes=29))
    assert await refusal(soon) == "STAMPED_TOO_SOON"
    earlier = cafe.gives(card, at=NOW - timedelta(minutes=29), offline=True)
    assert await refusal(earlier) == "STAMPED_TOO_SOON"
    await cafe.gives(card, at=NOW + timedelta(minutes=30))
    await cafe.gives(card, at=NOW, kind=StampKind.EXTRA)
    assert (await cafe.sees(card)).collected == 3


async def test_a_day_has_its_limit_by_the_merchants_clock(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up(terms(daily_limit=2, most_at_once=2)))
    await cafe.gives(card, 2)
    assert await refusal(cafe.gives(card)) == "DAILY_LIMIT_REACHED"
    await cafe.gives(card, at=NOW + timedelta(days=1))


async def test_two_cards_are_counted_apart_and_points_are_none_of_them(cafe: Cafe) -> None:
    coffee, cake = await cafe.draws_up(), await cafe.draws_up(terms(name="Cake card"))
    guest = await cafe.guest()
    await cafe.gives(await cafe.card(coffee, guest), 3)
    await cafe.gives(await cafe.card(cake, guest), 1)
    async with cafe.open() as session:
        held = await stamps.states_of_customers(session, [guest], now=NOW)
        balances = await ledger.balances_of(session, [guest], now=NOW)
    assert [it.collected for it in held[guest]] == [3, 1]
    assert {it.unit for it in balances[guest]} == {coffee.unit, cake.unit}


async def test_a_card_that_is_not_used_for_long_lapses_and_begins_anew(cafe: Cafe) -> None:
    program = await cafe.draws_up(terms(validity=Validity(days=30)))
    card = await cafe.card(program)
    await cafe.gives(card, 3)
    assert (await cafe.sees(card, at=NOW + timedelta(days=29))).collected == 3
    later = NOW + timedelta(days=40)
    assert (await cafe.sees(card, at=later)).collected == 0
    assert (await cafe.gives(card, at=later)).state.collected == 1
    await cafe.books_balance()


async def test_after_a_lapse_the_next_round_brings_its_stages_anew(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up(terms(validity=Validity(days=30))))
    (coffee,) = (await cafe.gives(card, 5)).earned
    await cafe.hands_out(coffee)
    later = NOW + timedelta(days=40)
    four = await cafe.gives(card, 4, at=later)
    assert (four.state.collected, four.state.card.round) == (4, 2)
    fifth = await cafe.gives(card, at=later)
    assert [(it.round, it.name) for it in fifth.earned] == [(2, "Free coffee")]
    await cafe.books_balance()


async def test_a_stage_that_comes_earlier_now_is_had_by_whoever_has_enough(cafe: Cafe) -> None:
    program = await cafe.draws_up()
    card = await cafe.card(program)
    await cafe.gives(card, 4)
    sooner = terms(stages=(Stage(key="coffee", count=3, name="Free coffee"), CAKE))
    async with cafe.open() as session:
        await stamps.save(
            session,
            program.id,
            sooner,
            state=stamps.ProgramState.ACTIVE,
            actor="test",
            now=NOW,
        )
    await cafe.jobs_are_done(stamps.SETTLE, program_id=str(program.id))
    assert [it.name for it in (await cafe.sees(card)).due] == ["Free coffee"]


async def test_a_round_filled_by_better_terms_is_reopened_by_those(cafe: Cafe) -> None:
    program = await cafe.draws_up(terms(stages=(COFFEE, CAKE)))
    card = await cafe.card(program)
    await cafe.gives(card, 2)
    turned = terms(
        stages=(
            Stage(key="cake", count=3, name="Cake"),
            Stage(key="coffee", count=5, name="Free coffee"),
        )
    )
    async with cafe.open() as session:
        await stamps.save(
            session, program.id, turned, state=stamps.ProgramState.ACTIVE, actor="test", now=NOW
        )
    full = await cafe.gives(card, 3)
    assert full.state.card.round == 2
    after = await cafe.undoes(full)
    assert (after.collected, after.debt, after.card.round) == (2, 0, 1)
    await cafe.books_balance()


async def test_a_birthday_is_stamped_once_a_year_whatever_is_run_and_merged(cafe: Cafe) -> None:
    program = await cafe.draws_up(terms(birthday_stamps=2))
    born = date(1990, NOW.month, NOW.day)
    guest, other = await cafe.guest(birthday=born), await cafe.guest(birthday=born)
    card = await cafe.card(program, guest)
    await cafe.card(program, other)
    async with cafe.open() as session:
        await ledger.merge(
            session,
            merchant_id=cafe.merchant_id,
            kept_id=guest,
            merged_id=other,
            actor="test",
            now=NOW,
        )
    morning = NOW.replace(hour=6)
    for _ in range(2):
        await stamps.BIRTHDAYS.handle(cafe.database, morning)
    assert (await cafe.sees(card)).collected == 2
    await stamps.BIRTHDAYS.handle(cafe.database, morning + timedelta(days=1))
    assert (await cafe.sees(card)).collected == 2


async def test_stamps_become_points_and_points_stamps_at_the_merchants_rate(cafe: Cafe) -> None:
    both = Conversion(stamps=5, points=100, to_points=True, to_stamps=True)
    program = await cafe.draws_up(terms(conversion=both))
    async with cafe.open() as session:
        await ledger.open_unit(session, merchant_id=cafe.merchant_id, now=NOW)
    card = await cafe.card(program)
    await cafe.gives(card, 6)

    async def convert(direction: Literal["to_points", "to_stamps"]) -> stamps.CardState:
        async with cafe.open() as session:
            return await stamps.convert(
                session,
                card.card.id,
                direction,
                times=1,
                conversion_id=new_id(),
                actor="test",
                now=NOW,
            )

    assert (await convert("to_points")).collected == 1
    assert await refusal(convert("to_points")) == "INSUFFICIENT_POINTS"
    back = await convert("to_stamps")
    assert back.collected == 6
    assert await refusal(convert("to_stamps")) == "INSUFFICIENT_POINTS"
    await cafe.books_balance()


async def test_two_cards_of_one_person_become_one_and_part_again(cafe: Cafe) -> None:
    program = await cafe.draws_up()
    one, other = await cafe.guest(), await cafe.guest()
    mine, theirs = await cafe.card(program, one), await cafe.card(program, other)
    await cafe.gives(mine, 6)
    await cafe.gives(theirs, 7)
    async with cafe.open() as session:
        merge_id = await ledger.merge(
            session,
            merchant_id=cafe.merchant_id,
            kept_id=one,
            merged_id=other,
            actor="test",
            now=NOW,
        )
    await cafe.news_is_told()
    for card in (mine, theirs):
        state = await cafe.sees(card)
        assert state.card.id == mine.card.id
        assert state.collected in (13, 3)  # full as soon as its job has been done
    stamped = await cafe.gives(theirs)
    assert (stamped.state.collected, stamped.state.card.round) == (4, 2)
    assert [it.name for it in stamped.state.due] == ["Free coffee", "Free coffee", "Cake"]
    await cafe.books_balance()
    assert merge_id


@pytest.mark.parametrize(
    ("per_amount", "asked", "purchase", "count"),
    [
        (None, None, None, 1),
        (None, 3, None, 3),
        ("5", None, "14.99", 2),
        ("5", None, "4.99", "AMOUNT_TOO_SMALL"),
        ("5", None, None, "AMOUNT_NEEDED"),
        ("5", 2, None, 2),
        ("500", None, "1000000", 10),
        (None, 11, None, "TOO_MANY_AT_ONCE"),
    ],
)
async def test_how_many_stamps_a_visit_is_worth(
    cafe: Cafe, per_amount: str | None, asked: int | None, purchase: str | None, count: int | str
) -> None:
    card = await cafe.card(await cafe.draws_up(terms(per_amount=per_amount)))
    visit = cafe.gives(card, asked, purchase=Decimal(purchase) if purchase else None)
    if isinstance(count, str):
        assert await refusal(visit) == count
    else:
        stamped = await visit
        assert (stamped.state.collected + 10 * (stamped.state.card.round - 1)) == count


def test_a_card_without_a_stage_or_with_two_of_one_count_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        terms(stages=())
    with pytest.raises(ValueError, match="each count once"):
        terms(stages=(CAKE, CAKE))
