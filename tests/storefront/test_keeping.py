"""What is the same for everybody: made once, kept for a while, and not for ever."""

import asyncio

import pytest

from loyalnest.kernel.errors import NotFound, RateLimited, Unavailable
from loyalnest.storefront import Keeper, Key

SHOP: Key = ("the-nest.example", "en")


class Shelf:
    """Things that are made when this says so, by a clock that it turns."""

    def __init__(self, *, at_most: int = 1_000):
        self.at = 0.0
        self.made: list[Key] = []
        self.fails: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.keeper = Keeper(self._make, weigh=lambda _: 10, at_most=at_most, ticks=lambda: self.at)

    async def _make(self, key: Key) -> str | None:
        self.made.append(key)
        await self.open.wait()
        if self.fails:
            raise self.fails
        return None if key[0].startswith("nobody") else f"{key[0]}-{len(self.made)}"

    async def asks(self, key: Key = SHOP, *, asker: str | None = None) -> str:
        return await self.keeper.get(key, asker=asker)

    async def rests(self) -> None:
        """Whatever is being made by the way is done."""
        for _ in range(5):
            await asyncio.sleep(0)


async def test_whoever_asks_at_once_waits_for_the_same_answer() -> None:
    shelf = Shelf()
    shelf.open.clear()
    asking = [asyncio.create_task(shelf.asks()) for _ in range(50)]
    await shelf.rests()
    asking[0].cancel()
    shelf.open.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert set(answers[1:]) == {"the-nest.example-1"}
    assert shelf.made == [SHOP]


async def test_nobody_waits_while_a_newer_answer_is_made() -> None:
    shelf = Shelf()
    assert await shelf.asks() == "the-nest.example-1"
    shelf.at = 4.9
    await shelf.asks()
    await shelf.rests()
    assert len(shelf.made) == 1
    shelf.at = 5.1
    shelf.open.clear()
    assert [await shelf.asks() for _ in range(3)] == ["the-nest.example-1"] * 3
    shelf.open.set()
    await shelf.rests()
    assert await shelf.asks() == "the-nest.example-2"
    assert len(shelf.made) == 2
    shelf.at = 120.0
    assert await shelf.asks() == "the-nest.example-3"


async def test_an_older_answer_is_given_while_none_can_be_made() -> None:
    shelf = Shelf()
    await shelf.asks()
    shelf.fails = ConnectionResetError("away")
    for shelf.at in (10.0, 300.0, 899.0):
        assert await shelf.asks() == "the-nest.example-1"
        await shelf.rests()
    shelf.at = 901.0
    with pytest.raises(ConnectionResetError):
        await shelf.asks()
    shelf.fails = None
    assert await shelf.asks()


async def test_a_fault_of_ours_is_not_covered_up() -> None:
    shelf = Shelf()
    shelf.fails = KeyError("a fault of ours")
    with pytest.raises(KeyError):
        await shelf.asks()


async def test_what_there_is_not_is_looked_for_once_in_a_while() -> None:
    shelf = Shelf()
    nobody = ("nobody.example", "en")
    for shelf.at in (0.0, 4.9):
        with pytest.raises(NotFound):
            await shelf.asks(nobody)
    assert shelf.made == [nobody]
    shelf.at = 5.1
    with pytest.raises(NotFound):
        await shelf.asks(nobody)
    assert len(shelf.made) == 2


async def test_whoever_guesses_is_told_to_wait_and_nobody_else_is() -> None:
    shelf = Shelf()
    for number in range(60):
        await shelf.asks((f"{number}.example",), asker="192.0.2.1")
        with pytest.raises(NotFound):
            await shelf.asks((f"nobody-{number}.example",), asker="192.0.2.1")
    with pytest.raises(RateLimited):
        await shelf.asks(("nobody-at-all.example",), asker="192.0.2.1")
    assert await shelf.asks(("59.example",), asker="192.0.2.1")  # what is kept is no guess
    assert await shelf.asks(asker="192.0.2.2")


async def test_what_is_kept_has_a_bound_and_what_was_asked_for_last_stays() -> None:
    shelf = Shelf(at_most=30)
    keys: list[Key] = [(f"shop-{number}.example", "en") for number in range(4)]
    for key in (*keys[:3], keys[0], keys[3]):
        await shelf.asks(key)
    assert len(shelf.made) == 4
    await shelf.asks(keys[0])
    assert len(shelf.made) == 4
    await shelf.asks(keys[1])
    assert len(shelf.made) == 5


async def test_those_who_wait_have_a_bound() -> None:
    shelf = Shelf()
    shelf.open.clear()
    waiting = [asyncio.create_task(shelf.asks((f"{n}.example", "en"))) for n in range(200)]
    await shelf.rests()
    with pytest.raises(Unavailable):
        await shelf.asks(("one-too-many.example", "en"))
    shelf.open.set()
    assert len(await asyncio.gather(*waiting)) == 200
