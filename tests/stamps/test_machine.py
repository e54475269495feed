"""Whatever is done to a card in whatever order: a plain count and the books agree with it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalnest import stamps
from loyalnest.kernel.database import Database
from loyalnest.stamps import CardState, RewardStanding, Stamped
from tests.conftest import NOW
from tests.stamps.cafe import Cafe, open_cafe, terms

_PLACE = st.integers(0, 9)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("stamp"), st.sampled_from([1, 3, 5, 9, 10, 12])),
        st.tuples(st.sampled_from(["again", "put back"]), _PLACE),
        st.tuples(st.just("undo"), _PLACE),
        st.tuples(st.just("use"), _PLACE),
    ),
    min_size=10,
    max_size=25,
)
_SCENARIOS = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@_SCENARIOS
@given(steps=_STEPS)
async def test_a_card_is_where_its_stamps_say(
    lasting_database: Database, steps: list[tuple[str, int]]
) -> None:
    cafe = await open_cafe(lasting_database)
    card = await cafe.card(await cafe.draws_up(terms(most_at_once=12)))
    life = _Life(cafe, card)
    for what, number in steps:
        await life.goes_on(what, number)
        await life.agrees()
    await cafe.books_balance()


class _Life:
    """What became of a card, told by itself and by a count on paper."""

    def __init__(self, cafe: Cafe, card: CardState):
        self.cafe = cafe
        self.card = card
        self.given: list[tuple[str, Stamped, int]] = []
        self.undone: set[str] = set()
        self.used: list[stamps.CardReward] = []
        self.kept: set[tuple[int, int]] = set()
        """By round and count, what was ever handed out."""

    async def goes_on(self, what: str, number: int) -> None:
        """One more thing happens, where it can."""
        state = await self.cafe.sees(self.card)
        standing = [it for it in self.given if it[0] not in self.undone]
        if what == "stamp":
            key = f"{self.card.card.id}:{len(self.given)}"
            stamped = await self.cafe.gives(self.card, number, key=key)
            self.given.append((key, stamped, number))
        elif what == "again" and self.given:
            key, first, count = self.given[number % len(self.given)]
            again = await self.cafe.gives(self.card, count, key=key)
            assert (again.stamp_id, again.again, again.earned) == (first.stamp_id, True, ())
        elif what == "undo" and standing:
            key, stamped, _ = standing[number % len(standing)]
            await self.cafe.undoes(stamped)
            self.undone.add(key)
        elif what == "use" and state.due:
            reward = state.due[number % len(state.due)]
            await self.cafe.hands_out(reward, key=f"use:{reward.id}:{len(self.used)}")
            self.used.append(reward)
            self.kept.add((reward.round, reward.count))
        elif what == "put back" and self.used:
            reward = self.used.pop(number % len(self.used))
            async with self.cafe.open() as session:
                await stamps.put_back(session, reward.id, actor="test", now=NOW)

    async def agrees(self) -> None:
        """What is on the card follows from the stamps that stand, and what it brought from that."""
        state = await self.cafe.sees(self.card)
        total = sum(count for key, _, count in self.given if key not in self.undone)
        filled = 10 * (state.card.round - 1)
        assert state.collected - state.debt + filled == total
        assert state.collected < 10
        async with self.cafe.open() as session:
            rewards = await stamps.list_rewards(session, state.card.customer_id, limit=1000)
        there = {
            (it.round, it.count) for it in rewards if it.state is not RewardStanding.TAKEN_BACK
        }
        before = {(round_, count) for round_ in range(1, state.card.round) for count in (5, 10)}
        reached = {(state.card.round, 5)} if state.collected >= 5 else set[tuple[int, int]]()
        assert before | reached <= there
        due = {(it.round, it.count) for it in rewards if it.state is RewardStanding.DUE}
        used = {(it.round, it.count) for it in rewards if it.state is RewardStanding.USED}
        assert all(round_ < state.card.round for round_, count in used if count == 10)
        # Nothing is there beyond what was reached, but what had been used when its stamps went.
        assert due <= before | reached | self.kept
        assert {it.id for it in state.due} == {it.id for it in rewards if it.state == "due"}
