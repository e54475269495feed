"""Positions are plain numbers: a dump and a restore change nothing for a reader."""

import asyncio
from pathlib import Path

from sqlalchemy import URL, text

from loyalnest.kernel import database as db
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.embedded import binaries
from tests.kernel.relay.bell import Listener, heard, open_shops, ring


async def test_a_reader_goes_on_in_a_restored_database(database: Database, tmp_path: Path):
    (shop,) = await open_shops(database)
    listener = Listener()
    await ring(database, shop, 1, 2)
    await relay.settle(database, [listener.subscriber])
    await ring(database, shop, 3)

    restored = await _restored(database, tmp_path / "dump")
    try:
        await ring(restored, shop, 4)
        await relay.settle(restored, [listener.subscriber])

        assert await heard(restored) == [1, 2, 3, 4]
        async with restored.tenant(shop) as session:
            log = await relay.events_after(session, merchant_id=shop, position=0)
        assert [event.data["times"] for event in log] == [1, 2, 3, 4]
    finally:
        await restored.close()


async def _restored(database: Database, dump: Path) -> Database:
    url = database.engine.url.set(drivername="postgresql")
    name = f"{url.database}_restored"
    await _run("pg_dump", "-Fc", "-f", str(dump), _text(url))
    autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with autocommit.connect() as connection:
        await connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        await connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    await _run("pg_restore", "-d", _text(url.set(database=name)), str(dump))
    return db.connect(_text(url.set(database=name)), database.ring, database.settings, pool_size=5)


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


async def _run(program: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        str(binaries.program(program)), *arguments, stderr=asyncio.subprocess.PIPE
    )
    _, output = await process.communicate()
    # The tools are newer than the oldest server, which doesn't know one setting they send.
    errors = [line for line in output.decode().splitlines() if "ERROR" in line]
    assert [line for line in errors if "transaction_timeout" not in line] == []
    assert errors or process.returncode == 0, output.decode()
