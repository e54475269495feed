"""An installation to be measured: its own PostgreSQL, set up as in production, and merchants."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
from pydantic import SecretStr
from sqlalchemy import make_url

from bench.driver import Connection, connect
from bench.load import Outcome, Task
from bench.orders import SECRET, domain_of
from loyalnest import ledger, merchants
from loyalnest.kernel import clock, database, embedded, keys, migrations
from loyalnest.kernel.database import Database
from loyalnest.kernel.settings import Settings

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Store:
    """One merchant with one shop."""

    merchant_id: UUID
    store_id: UUID


@dataclass(frozen=True, slots=True)
class Installation:
    """A migrated database, and what is needed to start programs on it."""

    settings: Settings
    server: embedded.Server
    database: Database

    @property
    def postgres_pid(self) -> int:
        """The server's first process."""
        pid_file = self.server.layout.cluster / "postmaster.pid"
        return int(pid_file.read_text().split("\n", 1)[0])

    async def as_owner(self) -> Connection:
        """A connection that may do anything, for filling and looking."""
        return await connect(self.server.owner_url)

    async def open_merchants(self, count: int) -> list[Store]:
        """The first merchants of a plan, each with its shop and its points."""
        now = clock.now()
        opened: list[Store] = []
        for number in range(count):
            async with self.database.platform() as session:
                merchant = await merchants.create(
                    session,
                    handle=f"shop-{number}",
                    name=f"Shop {number}",
                    currency="GBP",
                    time_zone="Europe/London",
                    now=now,
                    actor="bench",
                )
                store = await merchants.add_store(
                    session,
                    merchant_id=merchant.id,
                    provider="shopify",
                    domain=domain_of(number),
                    name=f"Shop {number}",
                    now=now,
                )
                await ledger.open_unit(session, merchant_id=merchant.id, now=now)
            opened.append(Store(merchant.id, store.id))
        return opened

    @contextmanager
    def program(self, *arguments: str) -> Generator[subprocess.Popen[bytes]]:
        """One of the product's own programs, `serve` or `worker`, for the duration."""
        command = [sys.executable, "-m", "loyalnest.entrypoints.cli", *arguments]
        with open(self.settings.data_dir / f"{arguments[0]}.log", "ab") as log:
            process = subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log)
            with ended(process):
                yield process

    async def wait_until_ready(self) -> None:
        """Until deliveries are taken in. Raises TimeoutError."""
        address = f"http://127.0.0.1:{self.settings.port}/health/ready"
        async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    if (await client.get(address)).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    def environment(self) -> dict[str, str]:
        """What a program of this installation finds in its environment."""
        return {
            **os.environ,
            "LOYALNEST_DATA_DIR": str(self.settings.data_dir),
            "LOYALNEST_PORT": str(self.settings.port),
            "LOYALNEST_SHOPIFY_API_SECRET": SECRET,
            "LOYALNEST_API_KEY_REQUESTS_PER_SECOND": "100000",
            "LOYALNEST_API_KEY_BURST": "100000",
        }


@asynccontextmanager
async def installation(folder: Path, *, pool_size: int = 10) -> AsyncGenerator[Installation]:
    """A fresh installation below a folder; its database goes down at the end."""
    data_dir = folder / "installation"
    settings = Settings(data_dir=data_dir, port=free_port(), shopify_api_secret=SecretStr(SECRET))
    with embedded.attached(data_dir, embedded.Profile.DURABLE) as server:
        settings = settings.model_copy(update={"database_url": SecretStr(server.runtime_url)})
        await migrations.migrate(
            server.owner_url, settings, runtime_login=make_url(server.runtime_url).username
        )
        ring = await keys.unlock(server.runtime_url, settings, now=clock.now())
        opened = database.connect(
            server.runtime_url, ring, settings, pool_size=pool_size, batch=True
        )
        try:
            yield Installation(settings, server, opened)
        finally:
            await opened.close()


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Generator[None]:
    """Whatever happens, the process has ended afterwards."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def make_api_key(place: Installation, handle: str) -> str:
    """A key of a merchant with all scopes, made as an operator makes one."""
    command = [sys.executable, "-m", "loyalnest.entrypoints.cli"]
    command += ["api-keys", "create", "--merchant", handle]
    done = subprocess.run(
        command, cwd=ROOT, env=place.environment(), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


async def send_load(task: Task) -> Outcome:
    """Run the load in a process of its own and wait for its outcome."""
    process = await start_load(task)
    return await finish_load(process)


async def start_load(task: Task) -> asyncio.subprocess.Process:
    """Start the load, and return when it begins to send."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(msgspec.json.encode(task))
    await process.stdin.drain()
    process.stdin.close()
    await process.stdout.readline()
    return process


async def finish_load(process: asyncio.subprocess.Process) -> Outcome:
    """Wait for the load's end and read its outcome."""
    output, _ = await process.communicate()
    return msgspec.json.decode(output, type=Outcome)


def free_port() -> int:
    """A port of the loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int) -> None:
    """Until somebody listens there. Raises TimeoutError."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens at {port}")
