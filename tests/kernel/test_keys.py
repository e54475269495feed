from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from loyalnest.kernel import crypto, keys
from loyalnest.kernel import database as db
from loyalnest.kernel.settings import Settings
from tests.conftest import NOW, make_merchant


@pytest.fixture
def fresh(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def url_of(database: db.Database) -> str:
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


async def test_the_first_start_makes_keys_that_only_their_owner_can_read(
    database: db.Database, fresh: Settings
) -> None:
    made = await keys.unlock(url_of(database), fresh, now=NOW)
    assert fresh.keys_file.stat().st_mode & 0o777 == 0o600
    again = await keys.unlock(url_of(database), fresh, now=NOW)
    assert again() == made()


async def test_a_database_whose_key_is_gone_is_not_started_and_the_key_is_named(
    database: db.Database, fresh: Settings
) -> None:
    await keys.unlock(url_of(database), fresh, now=NOW)
    fresh.keys_file.unlink()
    with pytest.raises(keys.KeyMissing, match=r"data key 1 .* index key 1"):
        await keys.unlock(url_of(database), fresh, now=NOW)
    assert not fresh.keys_file.exists()


async def test_another_key_in_the_place_of_the_right_one_is_refused(
    database: db.Database, fresh: Settings
) -> None:
    made = await keys.unlock(url_of(database), fresh, now=NOW)
    wrong = crypto.KeyRing(data=crypto.new_ring().data, index=made().index)
    crypto.save_ring(wrong, fresh.keys_file)
    with pytest.raises(keys.KeyMissing, match=r"data key 1 .* another key is at hand") as refusal:
        await keys.unlock(url_of(database), fresh, now=NOW)
    assert "index key" not in refusal.value.detail


async def test_keys_may_come_from_the_environment(database: db.Database, fresh: Settings) -> None:
    ring = crypto.new_ring()
    given = fresh.model_copy(update={"encryption_keys": SecretStr(crypto.dump_ring(ring))})
    assert (await keys.unlock(url_of(database), given, now=NOW))() == ring
    assert not fresh.keys_file.exists()


def test_a_key_file_that_everybody_may_read_is_refused(fresh: Settings) -> None:
    crypto.save_ring(crypto.new_ring(), fresh.keys_file)
    fresh.keys_file.chmod(0o644)
    with pytest.raises(keys.KeyFileExposed, match="chmod 600"):
        keys.open_ring(fresh)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"data": {"1": "aa"}, "index": {"1": "bb"}}'])
def test_a_broken_key_file_is_said_to_be_one(fresh: Settings, content: str) -> None:
    fresh.keys_file.write_text(content)
    fresh.keys_file.chmod(0o600)
    with pytest.raises(crypto.KeyFileInvalid):
        keys.open_ring(fresh)


def test_a_running_process_learns_of_new_keys(fresh: Settings) -> None:
    crypto.save_ring(crypto.new_ring(), fresh.keys_file)
    running, rotating = keys.open_ring(fresh), keys.open_ring(fresh)
    coming = crypto.with_coming_keys(rotating())
    rotating.replace(coming)
    assert running() == coming
    assert running().current_data == 1
    rotating.replace(crypto.with_newest_in_use(coming))
    assert running().current_data == 2


async def test_rotation_seals_everything_anew_and_retires_the_old_keys(
    database: db.Database, fresh: Settings
) -> None:
    installed = await keys.unlock(url_of(database), fresh, now=NOW)
    running = db.Database(database.engine, installed, fresh)
    merchant_id = await _write_bodies(running, 7)
    old = installed()
    body = keys.Sealed("deliveries", "body", "deliveries.body", batch=3)
    done = await keys.rotate(running, installed, sealed=[body], indexes=[], now=NOW, grace_s=0)
    assert done.values == {"deliveries.body": 7}
    assert (list(installed().data), list(installed().index)) == ([2], [2])
    async with running.tenant(merchant_id) as session:
        bodies = (await session.scalars(text("SELECT body FROM deliveries ORDER BY id"))).all()
    opened = [running.ring.open(merchant_id, "deliveries.body", body) for body in bodies]
    assert opened == [b"body %d" % number for number in range(7)]
    with pytest.raises(crypto.UnreadableSecret):
        old.open(merchant_id, "deliveries.body", bodies[0])
    assert (await keys.unlock(url_of(database), fresh, now=NOW))() == installed()


async def test_an_interrupted_rotation_is_taken_up_with_the_same_keys(
    database: db.Database, fresh: Settings
) -> None:
    installed = await keys.unlock(url_of(database), fresh, now=NOW)
    running = db.Database(database.engine, installed, fresh)
    await _write_bodies(running, 7)
    body = keys.Sealed("deliveries", "body", "deliveries.body", batch=3)

    def power_cut(what: str, count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await keys.rotate(
            running,
            installed,
            sealed=[body],
            indexes=[],
            now=NOW,
            grace_s=0,
            progress=power_cut,
        )
    assert set(installed().data) == {1, 2}
    done = await keys.rotate(running, installed, sealed=[body], indexes=[], now=NOW, grace_s=0)
    assert done.values == {"deliveries.body": 4}
    assert set(installed().data) == {2}


async def _write_bodies(running: db.Database, count: int) -> UUID:
    async with running.platform() as session:
        merchant_id = await make_merchant(session)
        for number in range(count):
            await session.execute(
                text(
                    "INSERT INTO deliveries (merchant_id, id, provider, store_id, topic,"
                    " delivery_key, state, body, received_at) VALUES (:merchant_id, :id,"
                    " 'shopify', :id, 'orders/create', :key, 'queued', :body, :now)"
                ),
                {
                    "merchant_id": merchant_id,
                    "id": UUID(int=number),
                    "key": str(number),
                    "body": running.ring.seal(merchant_id, "deliveries.body", b"body %d" % number),
                    "now": NOW,
                },
            )
    return merchant_id
