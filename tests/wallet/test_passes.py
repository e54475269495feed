"""What is on a pass, when it is made anew, and what becomes of it when somebody is forgotten."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from loyalnest import customers, ledger, merchants, orders, wallet
from loyalnest.customers.service import amend
from loyalnest.entrypoints.personal import FORGETTING
from loyalnest.kernel.languages import LANGUAGES
from loyalnest.kernel.objects import Folder, ObjectsUnavailable
from loyalnest.stamps import Validity
from loyalnest.stamps.counter.service.settings import save_place
from tests.conftest import NOW
from tests.stamps.cafe import terms
from tests.wallet.cast import Counter, Phone


async def test_a_pass_says_in_every_language_what_is_missing(counter: Counter) -> None:
    card = await counter.cafe.card(
        await counter.cafe.draws_up(terms(name="Coffee", names={"de": "Kaffeekarte"}))
    )
    await counter.cafe.gives(card, 4)
    shown = await counter.phone().adds(await counter.link(card))
    assert set(shown["next"]) == set(LANGUAGES)
    assert shown["next"]["en"] == "Free coffee: 1 more stamp"
    assert shown["next"]["de"] == "Free coffee: noch 1 Stempel"
    assert "Free coffee" in shown["next"]["ar"]


async def test_a_reward_that_is_due_stands_on_the_pass_until_it_is_used(counter: Counter) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    phone = counter.phone()
    shown = await phone.adds(await counter.link(card))
    stamped = await counter.cafe.gives(card, 5)
    await counter.follows()
    await counter.tells()
    assert phone.passes[shown["serial"]]["due"] == "Free coffee"
    await counter.cafe.hands_out(stamped.earned[0])
    counter.hands.pass_by(seconds=5)
    await counter.follows()
    await counter.tells()
    assert phone.passes[shown["serial"]]["due"] == ""


async def test_an_unchanged_pass_is_not_made_again(counter: Counter) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    for _ in range(3):
        await counter.phone().adds(await counter.link(card))
    assert counter.maker.made == 1
    await counter.cafe.gives(card)
    for _ in range(3):
        await counter.phone().adds(await counter.link(card))
    assert counter.maker.made == 2
    counter.maker.edition = "plain 2"
    await counter.phone().adds(await counter.link(card))
    assert counter.maker.made == 3


async def test_of_a_pass_one_file_is_kept(counter: Counter, tmp_path: Path) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    for _ in range(4):
        await counter.phone().adds(await counter.link(card))
        await counter.cafe.gives(card)
    assert len(files_in(tmp_path)) == 1


async def test_a_file_that_is_lost_is_made_again(counter: Counter, tmp_path: Path) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    await counter.phone().adds(await counter.link(card))
    for file in files_in(tmp_path):
        file.unlink()
    await counter.phone().adds(await counter.link(card))
    assert len(files_in(tmp_path)) == 1


async def test_while_no_file_can_be_kept_passes_are_made_and_none_is_left_behind(
    counter: Counter, tmp_path: Path
) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    await counter.phone().adds(await counter.link(card))
    shaky = Shaky(tmp_path / "objects")
    await counter.files_lie_in(shaky)
    for failing in ("find", "put", "delete"):
        shaky.failing = failing
        await counter.phone().adds(await counter.link(card))
        await counter.cafe.gives(card)
        shown = await counter.phone().adds(await counter.link(card))
        assert shown["collected"] == (await counter.cafe.sees(card)).collected
        assert await lost_files(counter, tmp_path) == []
    shaky.failing = ""
    await counter.phone().adds(await counter.link(card))
    assert len(files_in(tmp_path)) == 1


async def test_of_somebody_who_is_forgotten_meanwhile_no_file_is_kept(
    counter: Counter, tmp_path: Path
) -> None:
    guest = await counter.cafe.guest(name="Anna Archer")
    card = await counter.cafe.card(await counter.cafe.draws_up(), guest)
    await counter.phone().adds(await counter.link(card))
    await counter.cafe.gives(card)

    async def forgets() -> None:
        async with counter.cafe.open() as session:
            await session.execute(text("UPDATE passes SET voided_at = now()"))

    shaky = Shaky(tmp_path / "objects")
    shaky.meanwhile = forgets
    await counter.files_lie_in(shaky)
    await counter.client.get(await counter.link(card))
    assert files_in(tmp_path) == []


async def test_a_new_name_is_on_the_pass(counter: Counter) -> None:
    guest = await counter.cafe.guest(name="Anna")
    card = await counter.cafe.card(await counter.cafe.draws_up(), guest)
    phone = counter.phone()
    shown = await phone.adds(await counter.link(card))
    assert shown["holder"] == "Anna"
    async with counter.cafe.open() as session:
        await amend(
            session,
            customer_id=guest,
            changes={"name": "Hanna"},
            may_move_birthday=False,
            now=counter.hands(),
        )
    await counter.follows()
    await counter.tells()
    assert phone.passes[shown["serial"]]["holder"] == "Hanna"


async def test_whoever_is_forgotten_has_a_void_pass_that_names_nobody(
    counter: Counter, tmp_path: Path
) -> None:
    guest = await counter.cafe.guest(name="Anna Archer")
    card = await counter.cafe.card(await counter.cafe.draws_up(), guest)
    await counter.cafe.gives(card, 3)
    phone = counter.phone()
    shown = await phone.adds(await counter.link(card))
    async with counter.cafe.open() as session:
        told = await wallet.export_customer(session, guest)
        await customers.erase_customer(
            session,
            merchant_id=counter.cafe.merchant_id,
            customer_id=guest,
            forgetting=FORGETTING,
            now=counter.hands(),
        )
    assert told["passes"][0]["phones"] == 1
    await throws_away(counter)
    assert files_in(tmp_path) == []
    await counter.follows()
    await counter.tells()
    now = phone.passes[shown["serial"]]
    assert (now["voided"], now["holder"]) == (True, None)
    assert all("Anna" not in file.read_text() for file in files_in(tmp_path))
    again = await counter.client.get(await counter.link(card))
    assert again.status_code == 404
    await counter.cafe.books_balance()


async def test_of_two_customers_who_are_one_both_passes_show_the_same(counter: Counter) -> None:
    program = await counter.cafe.draws_up()
    one, other = await counter.cafe.guest(), await counter.cafe.guest()
    cards = [await counter.cafe.card(program, guest) for guest in (one, other)]
    phones: list[tuple[Phone, str]] = []
    for card in cards:
        phone = counter.phone()
        phones.append((phone, (await phone.adds(await counter.link(card)))["serial"]))
        await counter.cafe.gives(card, 2)
    async with counter.cafe.open() as session:
        await ledger.merge(
            session,
            merchant_id=counter.cafe.merchant_id,
            kept_id=one,
            merged_id=other,
            actor="test",
            now=counter.hands(),
        )
    await counter.follows()
    counter.hands.pass_by(seconds=5)
    kept = await counter.cafe.sees(cards[0])
    await counter.cafe.gives(kept)
    await counter.follows()
    await counter.tells()
    shown = [phone.passes[serial]["collected"] for phone, serial in phones]
    assert shown == [(await counter.cafe.sees(cards[0])).collected] * 2


async def test_a_phone_that_came_after_a_merge_keeps_its_own_card_when_it_is_undone(
    counter: Counter,
) -> None:
    program = await counter.cafe.draws_up()
    one, other = await counter.cafe.guest(), await counter.cafe.guest()
    await counter.cafe.gives(await counter.cafe.card(program, one), 2)
    theirs = await counter.cafe.card(program, other)
    await counter.cafe.gives(theirs, 1)
    async with counter.cafe.open() as session:
        merge_id = await ledger.merge(
            session,
            merchant_id=counter.cafe.merchant_id,
            kept_id=one,
            merged_id=other,
            actor="test",
            now=counter.hands(),
        )
    await counter.follows()
    phone = counter.phone()
    shown = await phone.adds(await counter.link(theirs))
    assert shown["collected"] == 3
    async with counter.cafe.open() as session:
        await ledger.unmerge(
            session,
            merchant_id=counter.cafe.merchant_id,
            merge_id=merge_id,
            earned_through=orders.sources_of,
            actor="test",
            now=counter.hands(),
        )
    await counter.follows()
    counter.hands.pass_by(seconds=5)
    await counter.tells()
    now = phone.passes[shown["serial"]]["collected"]
    assert now == (await counter.cafe.sees(theirs)).collected == 1


async def test_a_link_that_was_changed_leads_nowhere(counter: Counter) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    link = await counter.link(card)
    other = "B" if link.endswith("A.pkpass") else "A"
    for wrong in (
        link[:-8] + other + ".pkpass",
        "/wallet/apple/x.pkpass",
        f"/wallet/apple/{'A' * 500}.pkpass",
    ):
        assert (await counter.client.get(wrong)).status_code == 404


async def test_what_nobody_holds_any_more_is_forgotten_at_night(counter: Counter) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    phone, other = counter.phone(), counter.phone()
    shown = await phone.adds(await counter.link(card))
    await other.adds(await counter.link(card))
    await phone.unregisters(shown["serial"])
    await wallet.NIGHTLY.handle(counter.database, counter.hands() + timedelta(days=2))
    async with counter.database.platform() as session:
        devices = await session.scalar(text("SELECT count(*) FROM pass_devices"))
        listed = await session.scalar(
            text("SELECT count(*) FROM directory WHERE kind = 'pass_device'")
        )
    assert (devices, listed) == (1, 1)
    await counter.cafe.gives(card)
    await counter.follows()
    await counter.tells()
    assert other.passes[shown["serial"]]["collected"] == 1


async def throws_away(counter: Counter) -> None:
    """Let the job run that the erasure asked for."""
    job = wallet.throwing_away(lambda: counter.objects)
    async with counter.database.platform() as session:
        asked = text("SELECT payload FROM jobs.pgqueuer WHERE entrypoint = :name")
        payloads = (await session.scalars(asked, {"name": job.name})).all()
    assert payloads
    for payload in payloads:
        await job.handle(counter.database, json.loads(payload), counter.hands())


def files_in(folder: Path) -> list[Path]:
    return sorted((folder / "objects").rglob("*.pkpass"))


async def lost_files(counter: Counter, folder: Path) -> list[Path]:
    """Files that no pass names, so that erasure would not find them."""
    async with counter.cafe.open() as session:
        named = set(await session.scalars(text("SELECT made_of FROM passes")))
    return [file for file in files_in(folder) if file.stem not in named]


class Shaky(Folder):
    """A place for files, some of whose answers fail."""

    failing = ""
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def put(self, name: str, body: bytes, *, media_type: str) -> None:
        self._fail("put")
        await super().put(name, body, media_type=media_type)

    async def find(self, name: str) -> bytes | None:
        self._fail("find")
        return await super().find(name)

    async def delete(self, name: str) -> None:
        self._fail("delete")
        if self.meanwhile:
            await self.meanwhile()
        await super().delete(name)

    def _fail(self, what: str) -> None:
        if what == self.failing:
            raise ObjectsUnavailable


async def test_a_pass_says_where_the_stores_are_as_long_as_they_are_there(counter: Counter) -> None:
    cafe = counter.cafe
    async with counter.database.platform() as session:
        store = await merchants.add_store(
            session,
            merchant_id=cafe.merchant_id,
            provider="counter",
            domain="north.example",
            name="North",
            now=NOW,
        )
    card = await cafe.card(await cafe.draws_up())
    phone = counter.phone()
    serial = (await phone.adds(await counter.link(card)))["serial"]
    await counter.follows()
    await counter.tells()

    async def stands_at(latitude: float | None, longitude: float | None) -> int:
        counter.hands.pass_by(seconds=10)
        async with cafe.open() as session:
            about: dict[str, Any] = {"hours": None, "actor": "test", "now": NOW}
            about |= {"latitude": latitude, "longitude": longitude}
            await save_place(session, store.id, **about)
        await counter.follows()
        return await counter.tells()

    assert await stands_at(51.5, -0.12) == 1
    assert phone.passes[serial]["places"] == [[51.5, -0.12, "North"]]
    assert await stands_at(51.5, -0.12) == 0, "where it was"
    assert await stands_at(None, None) == 1
    assert phone.passes[serial]["places"] == []


async def test_a_pass_says_until_when_its_stamps_count_and_never_ends_by_itself(
    counter: Counter,
) -> None:
    cafe = counter.cafe
    card = await cafe.card(await cafe.draws_up(terms(validity=Validity(days=30))))
    phone = counter.phone()
    shown = await phone.adds(await counter.link(card))
    assert shown["good_until"]["en"] == ""
    await cafe.gives(card)
    await counter.follows()
    counter.hands.pass_by(seconds=10)
    await counter.tells()
    shown = phone.passes[shown["serial"]]
    told = shown["good_until"]
    assert (told["en"], told["de"]) == ("December 20, 2026", "20. Dezember 2026")
    assert shown["ends_at"] is None
    forever = await cafe.card(await cafe.draws_up())
    await cafe.gives(forever)
    plain = await counter.phone().adds(await counter.link(forever))
    assert plain["good_until"]["en"] == ""
