"""Transactions, each opened for somebody.

A transaction is opened for one merchant, for the merchants of one batch, or for the platform; the
database holds it to that by row-level security. The context managers here are the only place that
commits.
"""

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID

import msgspec
from sqlalchemy import Text, event, text
from sqlalchemy.engine import AdaptedConnection, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.settings import Settings

_ENTER = "SELECT set_config('role', $1, true), set_config('loyalnest.merchants', $2, true)"
_ENTER_KEEPING_PLANS = f"{_ENTER}, set_config('plan_cache_mode', 'force_generic_plan', true)"
_ENTER_LOOKING_UP = f"{_ENTER}, set_config('enable_seqscan', 'off', true)"
_ENTER_REDOABLE = f"{_ENTER}, set_config('synchronous_commit', 'off', true)"
_DURABLE = text("SET LOCAL synchronous_commit TO DEFAULT")
# Planning all of a request's statements anew takes tens of milliseconds.
_PLANS_KEPT_FOR_S, _DOUBLED_AT_MOST = 10.0, 3
# Its multiples lie evenly between whole numbers, however many there are.
_GOLDEN = 0.618034
_turns = count()


class Row(Protocol):
    """One row of a raw statement, by position or by name."""

    def __getitem__(self, key: str | int) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def values(self) -> Iterator[Any]: ...


class Bulk(Protocol):
    """The driver's own connection: statements with `$1` and whole arrays for arguments."""

    async def execute(self, query: str, *args: object) -> str: ...
    async def fetch(self, query: str, *args: object) -> list[Row]: ...
    async def fetchrow(self, query: str, *args: object) -> Row | None: ...
    async def fetchval(self, query: str, *args: object) -> Any: ...


class _Driver(Bulk, Protocol):
    def transaction(self) -> AbstractAsyncContextManager[object]: ...
    def is_closed(self) -> bool: ...
    def is_in_transaction(self) -> bool: ...


class Base(DeclarativeBase):
    """The parent of every table's class."""

    type_annotation_map: ClassVar = {str: Text}


class Database:
    """The way to open a transaction."""

    def __init__(
        self, engine: AsyncEngine, ring: KeyRing | Callable[[], KeyRing], settings: Settings
    ):
        self.engine = engine
        self.settings = settings
        self._ring = (lambda: ring) if isinstance(ring, KeyRing) else ring

    @property
    def ring(self) -> KeyRing:
        """The keys as they are at this moment; take them anew for every transaction."""
        return self._ring()

    @asynccontextmanager
    async def tenant(
        self, merchant_id: UUID, *, keeping_plans: bool = False
    ) -> AsyncGenerator[AsyncSession]:
        """A transaction that sees one merchant; committed at the end, rolled back on an error.

        `keeping_plans` is for writing: small statements with the same look-ups each time, and the
        checks of foreign keys, are planned once a connection rather than at every call, which
        costs more than they do. A list with optional filters wants a plan for what it asks.
        """
        async with self._begin() as session:
            await _enter(session, _ENTER_KEEPING_PLANS if keeping_plans else _ENTER, [merchant_id])
            yield session

    @asynccontextmanager
    async def batch(
        self, merchant_ids: Sequence[UUID], *, looking_up: bool = False
    ) -> AsyncGenerator[AsyncSession]:
        """A transaction that sees the merchants of a batch. For intake and the worker alone.

        `looking_up` is for statements that find a few rows of many, in tables that are short at one
        moment and long at the next, as queues are: a plan that was made while reading all of one
        was as good as looking into its index would read all of it once it is long.
        """
        async with self._begin() as session:
            await _enter(session, _ENTER_LOOKING_UP if looking_up else _ENTER, merchant_ids)
            yield session

    @asynccontextmanager
    async def tenant_by_driver(self, merchant_id: UUID) -> AsyncGenerator[AsyncSession]:
        """The same as `tenant` `keeping_plans`, for those in a hurry who go by `bulk`.

        The driver opens and closes it: by the ORM's road that costs as much as four statements. If
        the ORM is asked for something after all, it works in a savepoint. Raises
        ConnectionResetError where the database hung up.
        """
        async with self._connected() as (connection, driver), driver.transaction():
            role = self.settings.application_role
            await driver.execute(_ENTER_KEEPING_PLANS, role, str(merchant_id))
            session = AsyncSession(connection, expire_on_commit=False)
            session.info.update(database=self, driver=driver, merchants=frozenset([merchant_id]))
            try:
                yield session
                if session.in_transaction():
                    await session.commit()
            finally:
                if session.in_transaction():
                    await session.close()

    @asynccontextmanager
    async def batch_by_driver(self, merchant_ids: Sequence[UUID]) -> AsyncGenerator[Bulk]:
        """The same as `batch`, without a session: for intake, whose one statement costs less.

        Raises ConnectionResetError where the database hung up.
        """
        async with self._connected() as (_, driver), driver.transaction():
            names = ",".join(map(str, merchant_ids))
            await driver.execute(_ENTER, self.settings.application_role, names)
            yield driver

    @asynccontextmanager
    async def statement_by_driver(self) -> AsyncGenerator[Bulk]:
        """For one statement that says itself for whom it acts: one round trip rather than four.

        Raises ConnectionResetError where the database hung up.
        """
        async with self._connected() as (_, driver):
            yield driver

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[tuple[AsyncConnection, _Driver]]:
        async with self.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver = cast(_Driver, raw.driver_connection)
            try:
                yield connection, driver
            except Exception as error:
                if not driver.is_closed():
                    raise
                # The pool has not noticed, and the driver's own error doesn't say it.
                await connection.invalidate()
                raise ConnectionResetError("The database has hung up.") from error
            except BaseException:
                # Called back in the middle: whether the database began or ended, nobody knows.
                await connection.invalidate()
                raise
            finally:
                # Torn away on its way back: nobody may go on where this one stood.
                if not driver.is_closed() and driver.is_in_transaction():
                    await connection.invalidate()

    @asynccontextmanager
    async def platform(
        self, *, snapshot: bool = False, looking_up: bool = False, redoable: bool = False
    ) -> AsyncGenerator[AsyncSession]:
        """A transaction that sees every merchant: claim, relay, verify, sweep, administration.

        With `snapshot` all its statements see the same instant; `looking_up` as of a batch. One
        that is `redoable` does not wait until the disk has it: the machine's crash may take it
        back, as a whole, and nothing that was on the disk by then had followed it; it must be such
        that it is then done again.
        """
        async with self._begin() as session:
            if snapshot:
                options = {"isolation_level": "REPEATABLE READ"}
                await session.connection(execution_options=options)
            enter = _ENTER_REDOABLE if redoable else _ENTER
            await _act_as_platform(session, _ENTER_LOOKING_UP if looking_up else enter)
            yield session

    @asynccontextmanager
    async def _begin(self) -> AsyncGenerator[AsyncSession]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            session.info["database"] = self
            yield session

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()


async def act_for(session: AsyncSession, merchant_ids: Sequence[UUID]) -> None:
    """From here to its end, the transaction sees these merchants and no other."""
    await _enter(session, _ENTER, merchant_ids)


async def _enter(session: AsyncSession, enter: str, merchant_ids: Sequence[UUID]) -> None:
    session.info["merchants"] = frozenset(merchant_ids)
    role = database_of(session).settings.application_role
    await _say_who(session, enter, role, ",".join(map(str, merchant_ids)))


async def act_as_platform(session: AsyncSession) -> None:
    """From here to its end, the transaction sees every merchant."""
    await _act_as_platform(session, _ENTER)


async def wait_for_the_disk(session: AsyncSession) -> None:
    """Let nothing take this transaction back once it is committed, though it be `redoable`."""
    await session.execute(_DURABLE)


async def _act_as_platform(session: AsyncSession, enter: str) -> None:
    session.info["merchants"] = frozenset[UUID]()
    await _say_who(session, enter, database_of(session).settings.platform_role, "")


async def _say_who(session: AsyncSession, enter: str, role: str, merchants: str) -> None:
    # Every transaction begins with it: the driver's own words, past what the ORM makes of a text.
    await (await session.connection()).exec_driver_sql(enter, (role, merchants))


def database_of(session: AsyncSession) -> Database:
    """The database a session belongs to."""
    return cast(Database, session.info["database"])


def ring_of(session: AsyncSession) -> KeyRing:
    """The keys that this session's personal data is sealed with."""
    return database_of(session).ring


def merchant_of(session: AsyncSession) -> UUID:
    """The one merchant this transaction was opened for. Raises ValueError for a batch."""
    (merchant_id,) = session.info["merchants"]
    return merchant_id


async def bulk(session: AsyncSession) -> Bulk:
    """The driver's own connection, inside the session's transaction.

    For statements over arrays (`INSERT … SELECT FROM unnest(…)`), where the ORM's road costs more
    than the work. Flush what the session holds first: the driver doesn't know of it.
    """
    driver = session.info.get("driver")
    # Found once a transaction: the way there costs as much as a small statement. Inside a
    # savepoint it is taken each time, for the savepoint is made on that way.
    if driver is None or session.in_nested_transaction():
        connection = await session.connection()
        raw = await connection.get_raw_connection()
        driver = session.info["driver"] = raw.driver_connection
    return cast(Bulk, driver)


def connect(
    url: str,
    ring: KeyRing | Callable[[], KeyRing],
    settings: Settings,
    *,
    pool_size: int = 10,
    batch: bool = False,
) -> Database:
    """Open a pool of connections. What `keys.unlock` gives goes in for the ring.

    With `batch` the plans of prepared statements are made once and kept: foreign keys between
    partitioned tables are otherwise planned anew at every check, at several times their cost.
    """
    server_settings = {
        "application_name": "loyalnest",
        "timezone": "UTC",
        # What was acknowledged is on disk, whatever the server's default.
        "synchronous_commit": "on",
        "idle_in_transaction_session_timeout": "60000",
    }
    if batch:
        server_settings["plan_cache_mode"] = "force_generic_plan"
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        # The connection used last has the warmest plans.
        pool_use_lifo=True,
        # Events are read back by everybody who follows them.
        json_deserializer=msgspec.json.decode,
        # What goes to the database may be personal; an error must not carry it into the log.
        hide_parameters=True,
        connect_args={"server_settings": server_settings},
    )
    event.listen(engine.sync_engine.pool, "checkout", _replace_if_gone)
    event.listen(engine.sync_engine.pool, "checkout", _forget_old_plans)
    return Database(engine, ring, settings)


def _replace_if_gone(driver: AdaptedConnection, *_: object) -> None:
    """Have the pool open another connection for one that hung up while nobody used it."""
    if cast(_Driver, driver.driver_connection).is_closed():
        raise DisconnectionError


def _forget_old_plans(driver: AdaptedConnection, entry: ConnectionPoolEntry, _: object) -> None:
    """Plan anew what a connection has planned: after seconds at first, then ever more rarely.

    A plan made while a table was empty takes any index for as good as another. It would read the
    whole of a merchant's entries at every look-up until the statistics come, a minute later, which
    make plans anew by themselves.
    """
    now = time.monotonic()
    planned_at, times = entry.info.setdefault("planned", (now, 0))
    # Connections are opened together: were they to plan together, too, all requests would wait.
    lag = entry.info.setdefault("lag", next(_turns) * _GOLDEN % 1)
    if now - planned_at < _PLANS_KEPT_FOR_S * 2**times * (1 + lag):
        return
    try:
        driver.run_async(lambda connection: connection.execute("DISCARD PLANS"))
    except Exception as error:
        if not cast(_Driver, driver.driver_connection).is_closed():
            raise
        # It went since it was last used: the pool opens another in its place.
        raise DisconnectionError from error
    entry.info["planned"] = (now, min(times + 1, _DOUBLED_AT_MOST))
