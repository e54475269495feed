"""The card's page leads on to wallets: by a port, and only whoever may see what is on the card."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.entrypoints import doors
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.stamps import enrolling
from loyalnest.stamps.enrolling import WalletPlaces
from loyalnest.storefront import cards
from tests.doors import Hands, house
from tests.stamps.cafe import Cafe, open_cafe

PASS = "https://wallet.example/pass"


async def an_apple(_: AsyncSession, card_ids: Sequence[UUID]) -> Mapping[UUID, WalletPlaces]:
    return {it: WalletPlaces(apple=PASS) for it in card_ids}


@pytest.fixture
async def cafe(database: Database) -> Cafe:
    return await open_cafe(database)


@pytest.fixture
async def client(cafe: Cafe) -> AsyncGenerator[httpx.AsyncClient]:
    guests = cards.Guests(
        cafe.database, enrolling.Door(), an_apple, "https://cards.example", clock.now
    )
    parts = doors.parts(cafe.database, cafe.database.settings)
    others = [it for it in parts.pages if not getattr(it, "path", "").startswith(cards.CARD)]
    pages = [*cards.card_routes(guests), *others]
    hands = Hands(clock.now())
    async with house(cafe.database, parts=replace(parts, pages=pages), clock=hands) as client:
        yield client


@pytest.mark.parametrize(("proven", "leads_to"), [(True, PASS), (False, "/card/")])
async def test_a_wallet_is_offered_to_everybody_and_filled_for_its_owner(
    cafe: Cafe, client: httpx.AsyncClient, proven: bool, leads_to: str
) -> None:
    state = await cafe.card(await cafe.draws_up())
    async with cafe.open() as session:
        token = await enrolling.link_to(session, state.card.id, proven=proven, now=clock.now())
    page = await client.get(f"/card/{token}")
    assert page.status_code == 200
    assert f'href="/card/{token}/wallet/apple"' in page.text
    assert "wallet/google" not in page.text
    onward = await client.get(f"/card/{token}/wallet/apple")
    assert onward.status_code == 303
    assert onward.headers["location"].startswith(leads_to)


async def test_a_link_that_was_made_up_opens_nothing(client: httpx.AsyncClient) -> None:
    for token in ("nonsense", "A" * 74, "é"):
        assert (await client.get(f"/card/{token}")).status_code == 404
