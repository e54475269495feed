"""The limit of intake: HMAC, parse, a grouped insert, and nothing else.

`python -m bench.bare_intake PORT DATABASE_URL`. One table with the keys that exactly-once needs:
its primary key, and the provider's id of the delivery. Everything that waits when a group has been
committed goes into the next.
"""

import asyncio
import base64
import hmac
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

import msgspec
import uvicorn

from bench.driver import connect
from bench.orders import SECRET

TABLE = """
CREATE TABLE IF NOT EXISTS bare_deliveries (
    shop         text NOT NULL,
    id           uuid NOT NULL,
    topic        text NOT NULL,
    delivery_key text NOT NULL,
    body         bytea NOT NULL,
    received_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (shop, id),
    UNIQUE (shop, delivery_key)
);
ALTER TABLE bare_deliveries ALTER COLUMN body SET STORAGE EXTERNAL;
"""
_PUT = """
INSERT INTO bare_deliveries (shop, id, topic, delivery_key, body)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bytea[])
ON CONFLICT DO NOTHING
"""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Row = tuple[str, Any, str, str, bytes]


class App:
    """The whole application."""

    def __init__(self, url: str):
        self.url = url
        self.waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self.wake = asyncio.Event()
        self.writer: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.writer is None:
            self.writer = asyncio.create_task(self.write())
        body = (await receive())["body"]
        while len(body) < int(dict(scope["headers"])[b"content-length"]):
            body += (await receive())["body"]
        headers = dict(scope["headers"])
        digest = hmac.digest(SECRET.encode(), body, "sha256")
        good = hmac.compare_digest(base64.b64encode(digest), headers[b"x-shopify-hmac-sha256"])
        if good:
            msgspec.json.decode(body)
            await self.put(
                headers[b"x-shopify-shop-domain"].decode(),
                headers[b"x-shopify-topic"].decode(),
                headers[b"x-shopify-webhook-id"].decode(),
                body,
            )
        status = 200 if good else 401
        head = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": b""})

    async def put(self, shop: str, topic: str, key: str, body: bytes) -> None:
        done = asyncio.get_running_loop().create_future()
        self.waiting.append(((shop, uuid4(), topic, key, body), done))
        self.wake.set()
        await done

    async def write(self) -> None:
        connection = await connect(self.url)
        put = await connection.prepare(_PUT)
        while await self.wake.wait():
            self.wake.clear()
            group, self.waiting = self.waiting, []
            if group:
                await put.fetch(*map(list, zip(*(row for row, _ in group), strict=True)))
            for _, done in group:
                done.set_result(None)


if __name__ == "__main__":
    uvicorn.run(
        App(sys.argv[2]),  # pyright: ignore[reportArgumentType]
        port=int(sys.argv[1]),
        http="httptools",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )
