"""The replay: a log becomes signed webhooks, the same ones each time, and all of them arrive."""

import asyncio
import base64
import hashlib
import hmac
import json
import tracemalloc
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loyalnest.entrypoints import replay

REPOSITORY = Path(__file__).parents[3]
LOG = REPOSITORY / "data/online-retail/orders.jsonl.gz"
SHOP = replay.Shop("demo.myshopify.com", "hush")

SMALL = """\
{"order":"1","at":"2011-08-01T08:30:00","customer":"7","country":"United Kingdom",\
"lines":[["A","Bunting",3,"1.50"],["B","Cake stand",1,"10.25"]],"shipping":"18.00"}
{"order":"2","at":"2011-08-01T09:00:00","country":"France","lines":[["A","Bunting",1,"1.50"]]}
{"refund":"C3","of":"1","at":"2011-08-02T10:00:00","lines":[[1,1]]}
"""


@pytest.fixture
def small_log(tmp_path: Path) -> Path:
    path = tmp_path / "orders.jsonl"
    path.write_text(SMALL)
    return path


def test_an_order_is_created_and_then_paid_and_a_refund_follows(small_log: Path) -> None:
    deliveries = list(replay.deliveries_of(replay.open_log(small_log).records(), SHOP))
    topics = [delivery.topic for delivery in deliveries]
    assert topics == ["orders/create", "orders/paid"] * 2 + ["refunds/create"]
    paid = json.loads(deliveries[1].body)
    assert (paid["subtotal_price"], paid["total_price"]) == ("14.75", "32.75")
    assert paid["customer"]["email"] == replay.email_of("7")
    assert json.loads(deliveries[3].body)["customer"] is None
    refund = json.loads(deliveries[4].body)
    assert refund["order_id"] == paid["id"]
    assert refund["refund_line_items"][0]["line_item_id"] == paid["line_items"][1]["id"]
    assert refund["transactions"][0]["amount"] == "10.25"


def test_the_signature_is_over_the_bytes_that_are_sent(small_log: Path) -> None:
    delivery = next(replay.deliveries_of(replay.open_log(small_log).records(), SHOP))
    expected = base64.b64encode(hmac.digest(b"hush", delivery.body, hashlib.sha256)).decode()
    assert delivery.headers(SHOP)["X-Shopify-Hmac-Sha256"] == expected


def test_another_run_on_another_day_sends_the_same_ids(small_log: Path) -> None:
    log = replay.open_log(small_log)
    later = log.records(ends_at=log.last_at + timedelta(days=30))
    before = [delivery.key for delivery in replay.deliveries_of(log.records(), SHOP)]
    after = [delivery.key for delivery in replay.deliveries_of(later, SHOP)]
    assert before == after
    assert len(set(before)) == len(before)


def test_a_moved_log_ends_today_at_its_own_hour_and_never_in_the_future() -> None:
    last = datetime(2011, 12, 9, 12, 50, tzinfo=UTC)
    evening = datetime(2026, 11, 20, 19, 0, 30, tzinfo=UTC)
    morning = datetime(2026, 11, 20, 7, 0, 30, tzinfo=UTC)
    assert replay.end_of_log(last, evening) == datetime(2026, 11, 20, 12, 50, tzinfo=UTC)
    assert replay.end_of_log(last, morning) == datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def test_a_refund_keeps_its_order_at_hand_until_it_was_told(small_log: Path) -> None:
    *_, bought, other, refund = replay.open_log(small_log).records()
    assert isinstance(refund, replay.Refund)
    assert refund.order == bought != other


def test_the_log_is_read_as_it_is_sent_however_long_it_is() -> None:
    log = replay.open_log(LOG)
    tracemalloc.start()
    try:
        told = sum(1 for _ in replay.facts_of(log.records(ends_at=log.last_at)))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert told == 2 * log.orders + log.refunds == 19_546
    assert most < 20_000_000


@pytest.mark.parametrize(
    "line",
    [
        '{"refund":"C4","of":"unknown","at":"2011-08-02T10:00:00","lines":[]}',
        '{"refund":"C4","of":"2","at":"2011-08-02T10:00:00","lines":[[1,1]]}',
        '{"order":"3","at":"2011-08-02T10:00:00","lines":[]}',
        '{"order":"3",',
        "[]",
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(f"{SMALL}{line}\n")
    with pytest.raises(replay.LogInvalid, match="line 4"):
        replay.open_log(path)


def test_disturbing_loses_nothing_and_repeats_and_reorders_the_same_ones_each_time() -> None:
    items = list(range(2_000))
    disturbed = list(replay.disturb(items, duplicates=0.1, disorder=0.2))
    assert set(disturbed) == set(items)
    assert len(disturbed) > 2_100
    assert disturbed != sorted(disturbed)
    assert disturbed == list(replay.disturb(items, duplicates=0.1, disorder=0.2))
    assert list(replay.disturb(items)) == items


def test_the_model_knows_what_the_small_log_earns(small_log: Path) -> None:
    assert replay.expected_points(replay.open_log(small_log).records()) == {"7": 4}


def test_the_shop_in_the_repository_is_whole_and_small_enough() -> None:
    records = list(replay.open_log(LOG).records())
    refunds = [record for record in records if isinstance(record, replay.Refund)]
    assert (len(records) - len(refunds), len(refunds)) == (9_088, 1_370)
    assert all(record.at >= record.order.at for record in refunds)
    assert [record.at for record in records] == sorted(record.at for record in records)
    assert LOG.stat().st_size < 3_000_000


class Door:
    """A server that takes deliveries, and says 503 as often as it is told to."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.busy = 0
        self.answer = 200

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await self._head(reader):
            headers = dict(line.lower().split(": ", 1) for line in head[1:])
            await reader.readexactly(int(headers["content-length"]))
            status = self.answer
            if self.busy:
                self.busy, status = self.busy - 1, 503
            if status == 200:
                self.taken.append(headers["x-shopify-webhook-id"])
            writer.write(
                f"HTTP/1.1 {status} OK\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n".encode()
            )
            await writer.drain()
        writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> list[str]:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return []
        return head.decode().strip().split("\r\n")


@pytest.fixture
async def door() -> AsyncGenerator[tuple[Door, str]]:
    door = Door()
    server = await asyncio.start_server(door.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield door, f"http://127.0.0.1:{port}"


async def test_a_busy_server_is_waited_for(door: tuple[Door, str], small_log: Path) -> None:
    server, url = door
    server.busy = 3
    deliveries = list(replay.deliveries_of(replay.open_log(small_log).records(), SHOP))
    sent = await replay.send(deliveries, SHOP, replay.Sending(url))
    assert (sent.delivered, sent.retried) == (5, 3)
    assert sorted(server.taken) == sorted(delivery.key for delivery in deliveries)


async def test_a_refusal_ends_the_replay_with_a_reason(
    door: tuple[Door, str], small_log: Path
) -> None:
    server, url = door
    server.answer = 401
    deliveries = replay.deliveries_of(replay.open_log(small_log).records(), SHOP)
    with pytest.raises(replay.ReplayFailed, match="secret"):
        await replay.send(deliveries, SHOP, replay.Sending(url))


async def test_an_interrupted_replay_goes_on_where_it_stopped(
    door: tuple[Door, str], small_log: Path, tmp_path: Path
) -> None:
    server, url = door
    now = datetime(2026, 11, 20, tzinfo=UTC)
    deliveries = list(replay.deliveries_of(replay.open_log(small_log).records(), SHOP))
    bookmark = replay.Bookmark(tmp_path / "place.json", now, total=5)
    await replay.send(deliveries[:2], SHOP, replay.Sending(url), bookmark=bookmark)
    again = replay.find_bookmark(tmp_path / "place.json")
    assert again is not None
    assert again == bookmark
    assert (again.place, again.finished) == (2, False)
    sent = await replay.send(deliveries[2:], SHOP, replay.Sending(url), bookmark=again)
    assert (sent.skipped, sent.delivered) == (2, 3)
    assert again.finished
    assert sorted(server.taken) == sorted(delivery.key for delivery in deliveries)
