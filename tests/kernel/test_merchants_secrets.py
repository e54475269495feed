"""Each merchant's own secret: made once, kept, and remembered only when it is there to stay."""

from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest.kernel.database import Database, act_for
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.keys import Secrets
from tests.conftest import make_merchant

TABLE = "card_secrets"
_DISK = text("SHOW synchronous_commit")


class _ThoughtBetterOfIt(Exception):
    """Ends a transaction."""


@pytest.fixture
async def merchant_id(database: Database) -> UUID:
    async with database.platform() as session:
        return await make_merchant(session, f"cafe-{new_id().hex}")


async def test_a_secret_is_made_when_it_is_asked_for_and_stays(
    database: Database, merchant_id: UUID
) -> None:
    one, other = Secrets(TABLE), Secrets(TABLE)
    async with database.tenant(merchant_id) as session:
        assert await one.find(session, [merchant_id]) == {}
        made = await one.of(session, [merchant_id])
        assert await one.find(session, [merchant_id]) == made
    async with database.tenant(merchant_id) as session:
        assert len(made[merchant_id]) == 32
        assert await other.of(session, [merchant_id]) == made
        assert await one.of(session, [merchant_id]) == made


async def test_no_crash_takes_back_a_secret_that_another_process_may_remember(
    database: Database, merchant_id: UUID
) -> None:
    async with database.platform(redoable=True) as session:
        await act_for(session, [merchant_id])
        assert await session.scalar(_DISK) == "off"
        await Secrets(TABLE).of(session, [merchant_id])
        assert await session.scalar(_DISK) == "on"


async def test_a_secret_that_was_rolled_back_is_forgotten(
    database: Database, merchant_id: UUID
) -> None:
    secrets = Secrets(TABLE)
    gone: dict[UUID, bytes] = {}

    async def make_one_in_vain() -> None:
        async with database.tenant(merchant_id) as session:
            gone.update(await secrets.of(session, [merchant_id]))
            assert await secrets.find(session, [merchant_id]) == gone
            raise _ThoughtBetterOfIt

    with pytest.raises(_ThoughtBetterOfIt):
        await make_one_in_vain()
    async with database.tenant(merchant_id) as session:
        assert await secrets.find(session, [merchant_id]) == {}
        assert await secrets.of(session, [merchant_id]) != gone


async def test_many_merchants_have_one_each_for_each_purpose(database: Database) -> None:
    async with database.platform() as session:
        ids = [await make_merchant(session, f"cafe-{new_id().hex}") for _ in range(2)]
    async with database.batch(ids) as session:
        found = await Secrets(TABLE).of(session, ids)
        assert await Secrets("consent_secrets").find(session, ids) == {}
    assert set(found) == set(ids)
    assert len(set(found.values())) == 2
