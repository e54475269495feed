"""The test-suite's database: one template for each worker, and two ways to use it.

`session` is one merchant's transaction that is rolled back at the end: fast, for most tests.
`database` is a database of its own, for what must commit: concurrency, batches, the doors.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import hypothesis
import pytest
from argon2 import PasswordHasher
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from loyalnest.kernel import crypto, embedded, memory, migrations
from loyalnest.kernel import database as db
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.settings import Settings
from loyalnest.staff import passwords
from loyalnest.stamps.counter.rules import pins

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


# A database is 1,700 small files: to copy one takes seconds on a disk, and a blink in memory.
_IN_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30

# A hash that keeps burglars busy takes a sixth of a second of a processor, and nearly every test of
# a screen needs some. tests/staff/test_passwords.py has real ones made.
STRONG = passwords.HASHER
passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
# A PIN's takes a twentieth, and every counter has a clerk. tests/stamps/test_device_door.py has a
# real one made.
PIN_ITERATIONS = pins.ITERATIONS
pins.ITERATIONS = 1_000
# How long an example takes says nothing: a machine that others use stands still now and then.
hypothesis.settings.register_profile(
    "at leisure", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("at leisure")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let everything that this run writes lie in memory, where there is room."""
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        config.option.basetemp = _folder_in_memory()


def pytest_collection_finish() -> None:
    """What was loaded stays: the collector need not walk through it again and again."""
    memory.collect_seldom()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and _is_in_memory(config.option.basetemp):
        shutil.rmtree(config.option.basetemp, ignore_errors=True)


def _folder_in_memory() -> str | None:
    """A folder for this run; what runs left there that were killed goes."""
    if not (_IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK)):
        return None
    for left in _IN_MEMORY.glob("loyalnest-tests-*-*"):
        if not Path(f"/proc/{left.name.split('-')[2]}").exists():
            shutil.rmtree(left, ignore_errors=True)
    if shutil.disk_usage(_IN_MEMORY).free < _ROOM:
        return None
    return tempfile.mkdtemp(prefix=f"loyalnest-tests-{os.getpid()}-", dir=_IN_MEMORY)


def _is_in_memory(folder: str | Path | None) -> bool:
    return folder is not None and Path(folder).name.startswith(f"loyalnest-tests-{os.getpid()}-")


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """A server for this run, shared by its workers and ended with the last of them."""
    if url := os.environ.get("LOYALNEST_TEST_DATABASE_URL"):
        yield url
        return
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    with embedded.attached(folder / "loyalnest", embedded.Profile.FOR_TESTS) as server:
        yield server.owner_url


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The defaults, with nothing of an installation that may lie in this folder."""
    folder = tmp_path_factory.mktemp("data")
    return Settings(_env_file=None, data_dir=folder)  # pyright: ignore[reportCallIssue]


@pytest.fixture(scope="session")
def ring() -> crypto.KeyRing:
    return crypto.new_ring()


@pytest.fixture(scope="session")
async def template(cluster_url: str, settings: Settings, worker_id: str) -> str:
    """The name of a migrated database that others are copied from."""
    name = f"{_prefix()}_template_{worker_id}"
    await _recreate(cluster_url, name)
    await migrations.migrate(_named(cluster_url, name), settings)
    return name


@pytest.fixture(scope="session")
async def shared_database(
    cluster_url: str, template: str, settings: Settings, ring: crypto.KeyRing, worker_id: str
) -> AsyncGenerator[db.Database]:
    name = f"{_prefix()}_shared_{worker_id}"
    await _recreate(cluster_url, name, template)
    database = db.connect(_named(cluster_url, name), ring, settings, pool_size=5)
    yield database
    await database.close()


@pytest.fixture
async def database(
    cluster_url: str, template: str, settings: Settings, ring: crypto.KeyRing, worker_id: str
) -> AsyncGenerator[db.Database]:
    """A database of its own, empty but for the schema."""
    name = f"{_prefix()}_own_{worker_id}"
    await _recreate(cluster_url, name, template)
    database = db.connect(_named(cluster_url, name), ring, settings, pool_size=10)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def lasting_database(
    cluster_url: str, template: str, settings: Settings, ring: crypto.KeyRing, worker_id: str
) -> AsyncGenerator[db.Database]:
    """A database for the tests of one file, which commit and keep apart by merchant."""
    name = f"{_prefix()}_lasting_{worker_id}"
    await _recreate(cluster_url, name, template)
    database = db.connect(_named(cluster_url, name), ring, settings, pool_size=10, batch=True)
    yield database
    await database.close()


@pytest.fixture
async def session(shared_database: db.Database) -> AsyncGenerator[AsyncSession]:
    """A transaction for one merchant, rolled back when the test ends."""
    async with rolled_back(shared_database) as session:
        merchant_id = await make_merchant(session)
        await db.act_for(session, [merchant_id])
        yield session


@asynccontextmanager
async def rolled_back(database: db.Database) -> AsyncGenerator[AsyncSession]:
    async with AsyncSession(database.engine, expire_on_commit=False) as session:
        session.info["database"] = database
        yield session
        await session.rollback()


async def make_merchant(session: AsyncSession, handle: str = "bakery") -> UUID:
    """A merchant's bare row; `merchants.create` is the product's own way."""
    await db.act_as_platform(session)
    merchant_id = new_id()
    await session.execute(
        text(
            "INSERT INTO merchants (merchant_id, handle, name, currency, time_zone, created_at)"
            " VALUES (:id, :handle, 'Bakery', 'GBP', 'Europe/London', :now)"
        ),
        {"id": merchant_id, "handle": handle, "now": NOW},
    )
    return merchant_id


def _prefix() -> str:
    """Keeps two checkouts that share a cluster apart."""
    return os.environ.get("LOYALNEST_TEST_PREFIX", "loyalnest")


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def _recreate(url: str, name: str, template: str = "template1") -> None:
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    async with engine.connect() as connection:
        await connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        await connection.execute(
            text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        )
    await engine.dispose()
