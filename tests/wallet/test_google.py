"""A card in Google's wallet: saved by a link, changed as its card does, and heard of."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from loyalnest import branding, wallet
from loyalnest.integrations import google
from loyalnest.integrations.calls import Line, Way
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Contended
from loyalnest.stamps import CardState
from loyalnest.wallet import PushOutcome
from loyalnest.wallet.doors import links as doors
from tests.conftest import make_merchant
from tests.emulators import GoogleWallet, Say
from tests.integrations.google.cast import SAVE_URL, wallet_at
from tests.stamps.cafe import Cafe
from tests.wallet.cast import ADDRESS, Counter, placed


@dataclass
class Nest:
    """The café, Google, and the doors between them."""

    counter: Counter
    vendor: GoogleWallet
    kept: wallet.Kept
    client: httpx.AsyncClient

    async def saves(self, card: CardState) -> str:
        """Somebody presses the button and keeps the card; what Google calls it."""
        answer = await self.client.get(await self.link(card))
        assert answer.status_code == 302, answer.text
        assert answer.headers["location"].startswith(SAVE_URL)
        return self.vendor.save(answer.headers["location"])

    async def link(self, card: CardState) -> str:
        buttons = wallet.buttons_of(address=ADDRESS, apple=False, google=True)
        async with self.counter.cafe.open() as session:
            links = await buttons(session, [card.card.id], self.counter.hands())
        assert links[card.card.id].apple is None
        return str(links[card.card.id].google)

    async def tells(self) -> int:
        await self.counter.follows()
        told = 0
        while more := await wallet.put_due(
            self.counter.database, self.kept, clock=self.counter.hands
        ):
            told += more
        return told

    def balance(self, name: str) -> str:
        return str(self.vendor.objects[name]["loyaltyPoints"]["balance"]["string"])


@pytest.fixture
async def nest(counter: Counter, tmp_path: Path) -> AsyncGenerator[Nest]:
    async with GoogleWallet() as vendor:
        keeper = wallet_at(vendor, tmp_path)
        kept = wallet.Kept(counter.database, keeper, address=ADDRESS)
        links = wallet.Links(counter.database, address=ADDRESS, clock=counter.hands)
        keys = google.RootKeys(
            lambda: Line(Way(vendor.url, counter.hands)),
            f"{vendor.url}/gp/m/issuer/keys",
            counter.hands,
        )
        note = wallet.note_saved_of(counter.database, counter.hands)
        callbacks = google.Callbacks(vendor.issuer_id, keys, note, clock=counter.hands)
        routes = [google.callback_route(callbacks), *wallet.google_link_routes(links, kept)]
        app = placed(Starlette(routes=routes))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=ADDRESS
        ) as client:
            yield Nest(counter, vendor, kept, client)
        await kept.close()


async def test_a_stamp_is_on_the_card_at_google(nest: Nest) -> None:
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    name = await nest.saves(card)
    assert nest.balance(name) == "0/10"
    await nest.tells()
    await nest.counter.cafe.gives(card, 3)
    nest.counter.hands.pass_by(seconds=10)
    await nest.tells()
    assert nest.balance(name) == "3/10"
    assert len(nest.vendor.notified[name]) == 1


async def test_ten_stamps_are_few_calls_and_three_notices(nest: Nest) -> None:
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    name = await nest.saves(card)
    await nest.tells()
    before = len(nest.vendor.requests)
    for _ in range(10):
        await nest.counter.cafe.gives(card)
        nest.counter.hands.pass_by(seconds=5)
        await nest.tells()
    assert len(nest.vendor.notified[name]) == 3
    assert len(nest.vendor.requests) - before == 10
    assert nest.balance(name) == "0/10"
    assert "Cake" in json.dumps(nest.vendor.objects[name]["textModulesData"])


async def test_what_is_known_there_is_not_told_again(nest: Nest) -> None:
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    await nest.saves(card)
    before = len(nest.vendor.requests)
    await nest.saves(card)
    assert len(nest.vendor.requests) == before


async def test_a_program_that_looks_otherwise_is_told_before_its_cards(nest: Nest) -> None:
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    await nest.saves(card)
    await nest.tells()
    async with nest.counter.cafe.open() as session:
        settings = branding.BrandSettings(name="Café", colour="#123456")
        await branding.save(session, settings, actor="test", now=nest.counter.hands())
    nest.counter.hands.pass_by(minutes=1)
    await nest.tells()
    (known,) = nest.vendor.classes.values()
    assert (known["hexBackgroundColor"], known["issuerName"]) == ("#123456", "Café")


async def test_a_phone_speaks_up_of_stamps_and_not_of_looks(nest: Nest) -> None:
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    name = await nest.saves(card)
    await nest.tells()
    for colour in ("#aa0000", "#00aa00", "#0000aa"):
        async with nest.counter.cafe.open() as session:
            settings = branding.BrandSettings(name=f"Café {colour}", colour=colour)
            await branding.save(session, settings, actor="test", now=nest.counter.hands())
        nest.counter.hands.pass_by(minutes=1)
        await nest.tells()
    assert name not in nest.vendor.notified
    await nest.counter.cafe.gives(card)
    nest.counter.hands.pass_by(minutes=1)
    await nest.tells()
    assert len(nest.vendor.notified[name]) == 1


async def test_another_issuer_is_told_of_everything_anew(nest: Nest, tmp_path: Path) -> None:
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    name = await nest.saves(card)
    nest.vendor.issuer_id = "3388000000087654321"
    kept = wallet.Kept(nest.counter.database, wallet_at(nest.vendor, tmp_path), address=ADDRESS)
    await nest.counter.follows()
    await nest.counter.cafe.gives(card)
    await nest.counter.follows()
    nest.counter.hands.pass_by(minutes=1)
    assert await wallet.put_due(nest.counter.database, kept, clock=nest.counter.hands) == 1
    await kept.close()
    anew = name.replace(name.partition(".")[0], nest.vendor.issuer_id)
    assert nest.balance(anew) == "1/10"
    assert {it.partition(".")[0] for it in nest.vendor.classes} >= {nest.vendor.issuer_id}


async def test_while_google_is_away_the_button_says_so_and_changes_wait(nest: Nest) -> None:
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    name = await nest.saves(card)
    await nest.tells()
    nest.vendor.always(Say(503))
    await nest.counter.cafe.gives(card)
    nest.counter.hands.pass_by(seconds=10)
    await nest.tells()
    assert (await nest.client.get(await nest.link(card))).status_code == 503
    nest.vendor.always(None)
    nest.counter.hands.pass_by(minutes=1)
    await nest.tells()
    assert nest.balance(name) == "1/10"


async def test_google_is_told_in_the_end_however_long_it_refuses(nest: Nest) -> None:
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    name = await nest.saves(card)
    await nest.tells()
    nest.vendor.always(Say(403))
    await nest.counter.cafe.gives(card)
    nest.counter.hands.pass_by(seconds=10)
    for _ in range(4):
        await nest.tells()
        nest.counter.hands.pass_by(days=1)
    nest.vendor.always(None)
    await nest.tells()
    assert nest.balance(name) == "1/10"


async def test_a_save_is_news_once_however_often_google_tells_it(nest: Nest) -> None:
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    name = await nest.saves(card)
    url = f"{ADDRESS}/wallet/google/callback"
    callback = nest.vendor.tell(url, name, nonce="once")
    for _ in range(3):
        assert (await callback.deliver(nest.client)).status_code == 200
    gone = nest.vendor.tell(url, name, "del")
    assert (await gone.deliver(nest.client)).status_code == 200
    # Told again, and late: it was heard before.
    assert (await callback.deliver(nest.client)).status_code == 200
    await nest.counter.follows()
    async with nest.counter.cafe.open() as session:
        types = text("SELECT type FROM events WHERE type LIKE 'pass.%' ORDER BY position")
        said = list(await session.scalars(types))
        saved = await session.scalar(text("SELECT saved FROM passes"))
    assert (said, saved) == (["pass.added", "pass.removed"], False)


async def test_a_stranger_s_card_is_passed_over(nest: Nest) -> None:
    url = f"{ADDRESS}/wallet/google/callback"
    callback = nest.vendor.tell(url, f"{nest.vendor.issuer_id}.{'0' * 32}")
    assert (await callback.deliver(nest.client)).status_code == 200


async def test_the_logo_is_a_png_that_google_can_fetch(nest: Nest) -> None:
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    await nest.saves(card)
    (known,) = nest.vendor.classes.values()
    answer = await nest.client.get(known["programLogo"]["sourceUri"]["uri"])
    assert answer.status_code == 200
    assert answer.content.startswith(b"\x89PNG")
    assert (await nest.client.get("/wallet/google/logo/mer_1.png")).status_code == 404


async def test_a_logo_is_drawn_once_until_it_changes_and_not_asked_for_without_end(
    nest: Nest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def draw(logo: bytes | None, colour: str) -> bytes:
        drawn.append(colour)
        return b"png"

    monkeypatch.setattr(doors, "_png", draw)
    card = await nest.counter.cafe.card(await nest.counter.cafe.draws_up())
    await nest.saves(card)
    (known,) = nest.vendor.classes.values()
    url = known["programLogo"]["sourceUri"]["uri"]
    for _ in range(3):
        assert (await nest.client.get(url)).status_code == 200
    async with nest.counter.cafe.open() as session:
        settings = branding.BrandSettings(name="Café", colour="#123456")
        await branding.save(session, settings, actor="test", now=nest.counter.hands())
    assert (await nest.client.get(url)).status_code == 200
    assert (len(drawn), drawn[-1]) == (2, "#123456")
    assert {(await nest.client.get(url)).status_code for _ in range(200)} == {200, 429}


async def test_what_fails_for_one_merchant_holds_up_no_other(
    nest: Nest, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = nest.counter
    async with counter.database.platform() as session:
        merchant_id = await make_merchant(session, "barber")
    barber, own = Cafe(counter.database, merchant_id), counter.cafe
    mine = await own.card(await own.draws_up())
    name = await nest.saves(mine)
    theirs = await barber.card(await barber.draws_up())
    counter.cafe = barber
    await nest.saves(theirs)
    counter.cafe = own
    await nest.tells()
    put_many = nest.kept.put_many

    async def stumbles(of: UUID, *given: Any, **named: Any) -> dict[UUID, PushOutcome]:
        if of == merchant_id:
            raise ValueError
        return await put_many(of, *given, **named)

    monkeypatch.setattr(nest.kept, "put_many", stumbles)
    await barber.gives(theirs)
    await own.gives(mine)
    counter.hands.pass_by(seconds=10)
    await nest.tells()
    assert nest.balance(name) == "1/10"
    async with barber.open() as session:
        assert await session.scalar(text("SELECT tries FROM pass_updates")) == 1
    async with own.open() as session:
        assert await session.scalar(text("SELECT count(*) FROM pass_updates")) == 0


class Meeting(Database):
    """A database where somebody locks the same rows as soon as it is written to."""

    def __init__(self, other: Database):
        super().__init__(other.engine, lambda: other.ring, other.settings)
        self.left = 0

    @asynccontextmanager
    async def tenant(
        self, merchant_id: UUID, *, keeping_plans: bool = False
    ) -> AsyncGenerator[AsyncSession]:
        async with super().tenant(merchant_id, keeping_plans=keeping_plans) as session:
            yield session
            self.left += 1
            if self.left == 2:  # of what was told already
                raise Contended


async def test_what_google_was_told_is_written_down_though_somebody_locks_the_same(
    nest: Nest, tmp_path: Path
) -> None:
    cafe = nest.counter.cafe
    card = await cafe.card(await cafe.draws_up())
    name = await nest.saves(card)
    await nest.tells()
    nest.counter.hands.pass_by(seconds=10)
    await cafe.gives(card)
    await nest.counter.follows()
    meeting = Meeting(nest.counter.database)
    kept = wallet.Kept(meeting, wallet_at(nest.vendor, tmp_path), address=ADDRESS)
    assert await wallet.put_due(nest.counter.database, kept, clock=nest.counter.hands) == 1
    await kept.close()
    assert (nest.balance(name), meeting.left) == ("1/10", 3)
    async with cafe.open() as session:
        assert await session.scalar(text("SELECT tries FROM pass_updates")) is None
        assert await session.scalar(text("SELECT cardinality(notified_at) FROM passes")) == 1
    assert len(nest.vendor.notified[name]) == 1
