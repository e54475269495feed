"""The Nest and the installation beside it, each at an address of its own, with a worker running."""

import asyncio
import re
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp

from catcher.app import build_app as build_catcher
from demo_shop.app import build_app as build_shop
from demo_shop.books import Books
from demo_shop.settings import Settings as ShopSettings
from loyalnest import merchants
from loyalnest.entrypoints import doors, nest, post, wiring, worker
from loyalnest.entrypoints.http import build_app
from loyalnest.integrations import smtp
from loyalnest.kernel import clock
from loyalnest.kernel import database as db
from loyalnest.kernel.database import Database

SECRET = "a secret between Shopify and us"
_PATIENCE_S = 60.0
_A_SECOND = timedelta(seconds=1)
_TOKEN = re.compile(r'name="token" value="(\w+)"')
_REFUNDS = re.compile(r'name="refunds" value="(\d+)"')
_HIDDEN = re.compile(r'name="(pieces-\d+)"[^>]*max="(\d+)"')


@dataclass
class Visitor:
    """Somebody at the shop, with a browser's cookies."""

    client: httpx.AsyncClient
    installation: str
    order: str = ""
    """Where their latest order is."""
    token: str = ""
    """Of the session that the shop has vouched for."""

    async def sends(self, path: str, **said: str | int) -> httpx.Response:
        """Fill a form in, and end where the shop sends one on."""
        answer = await self.client.post(path, data=said, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.text)
        return answer

    async def sees(self, path: str) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    async def puts_in_cart(self, product: int, pieces: int = 1) -> None:
        await self.sends("/cart/change", product=product, more=pieces)

    async def pays(self, **said: str) -> str:
        """Press the button twice, as people do."""
        (token,) = _TOKEN.findall(await self.sees("/checkout"))
        answer, _ = await asyncio.gather(
            *(self.sends("/checkout", token=token, **said) for _ in range(2))
        )
        assert answer.url.path.startswith("/orders/"), answer.text
        self.order = answer.url.path
        return answer.text

    async def joins(self, name: str, email: str) -> None:
        await self.sends("/account/register", name=name, email=email)

    async def returns(self, line: int, pieces: int) -> None:
        """Give back so many pieces of a line of the latest order, with the button pressed twice."""
        page = await self.sees(self.order)
        (refunds,), found = _REFUNDS.findall(page), _HIDDEN.findall(page)
        for _ in range(2):
            await self.sends(f"{self.order}/refund", refunds=refunds, **{found[line][0]: pieces})

    async def asks(self, method: str, path: str, **more: Any) -> Any:
        """Ask LoyalNest, as the widget does: with the session that the shop vouched for."""
        if not self.token:
            session = await self.client.get("/apps/loyalnest/session")
            assert session.status_code == 200, session.text
            self.token = session.json()["token"]
        bearer = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        answer = await self.client.request(
            method, f"{self.installation}/v1/api/me{path}", headers=bearer, **more
        )
        assert answer.is_success, answer.text
        return answer.json()

    async def points(self) -> int:
        accounts = (await self.asks("GET", ""))["accounts"]
        return accounts[0]["available"] if accounts else 0

    async def redeems(self, name: str) -> str:
        """The code of a reward."""
        offers = (await self.asks("GET", "/rewards"))["items"]
        wanted = next(it["id"] for it in offers if it["name"] == name)
        key = {"Idempotency-Key": f"{wanted}{self.order}"}
        redeemed = await self.asks(
            "POST", "/rewards/redeem", json={"reward_id": wanted}, headers=key
        )
        return redeemed["code"]


@dataclass
class Street:
    """Everything that `loyalnest up` runs."""

    database: Database
    merchant_id: UUID
    installation: str
    shop: str
    books: Books
    mail: str
    """Where the mails that were sent are seen."""

    @asynccontextmanager
    async def visitor(self) -> AsyncGenerator[Visitor]:
        async with httpx.AsyncClient(base_url=self.shop, trust_env=False) as client:
            yield Visitor(client, self.installation)


async def eventually(what: Callable[[], Awaitable[object]], wanted: object) -> None:
    """What is on its way arrives."""
    until = asyncio.get_running_loop().time() + _PATIENCE_S
    while (found := await what()) != wanted:
        assert asyncio.get_running_loop().time() < until, (found, wanted)
        await asyncio.sleep(0.25)  # a customer may ask five times a second


@asynccontextmanager
async def open_street(database: Database, folder: Path) -> AsyncGenerator[Street]:
    """A new installation with the demo's second merchant, and its shop."""
    port, smtp_port, mail_port, told_port = _free_ports(4)
    # Shops tell whole seconds: for an order of this very second, the program would not hold yet.
    opened = await nest.prepare(
        database, port=port, kept_key=None, owner_password=None, now=clock.now() - _A_SECOND
    )
    await post.prepare(
        database,
        origins={nest.HANDLE: nest.ORIGIN},
        smtp_port=smtp_port,
        offer=smtp.offer(clock.now),
        now=clock.now(),
    )
    async with database.platform() as session:
        merchant = await merchants.get_by_handle(session, nest.HANDLE)
    changed = {"shopify_api_secret": SecretStr(SECRET), "port": told_port}
    told = database.settings.model_copy(update=changed)
    serving = Database(database.engine, database.ring, told)
    app = build_app(serving, told, doors.parts(serving, told))
    catcher = build_catcher(smtp_port)
    async with (
        _served(catcher, mail_port) as mail,
        _served(app, told.port) as address,
        _worked(database),
    ):
        settings = ShopSettings(
            port, folder, address, address, SECRET, opened.api_key, checkout_patience_s=_PATIENCE_S
        )
        shop = build_shop(settings)
        async with _served(shop, port):
            front = shop.state.front
            yield Street(database, merchant.id, address, settings.address, front.books, mail)


@asynccontextmanager
async def _served(app: ASGIApp, port: int) -> AsyncGenerator[str]:
    config = uvicorn.Config(app, port=port, ws="websockets-sansio", lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@asynccontextmanager
async def _worked(database: Database) -> AsyncGenerator[None]:
    url = database.engine.url.render_as_string(hide_password=False)
    # The catcher is on this machine, where no merchant's mail server may be otherwise.
    settings = database.settings.model_copy(update={"smtp_networks": "127.0.0.1"})
    working = db.connect(url, database.ring, settings, pool_size=10, batch=True)
    stopping = asyncio.Event()
    running = asyncio.create_task(worker.run(working, wiring.work(settings), stopping))
    try:
        yield
    finally:
        stopping.set()
        await running
        await working.close()


def _free_ports(count: int) -> list[int]:
    """So many, of which no two are the same."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
