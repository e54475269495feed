"""A slice of a real shop's history, repeated and out of order, ends in the totals of a model that
shares nothing with the program."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from loyalnest import customers, ledger, merchants
from loyalnest.entrypoints import replay
from loyalnest.integrations import shopify
from loyalnest.kernel import inbox, relay
from loyalnest.kernel.database import Database
from tests.conftest import NOW

LOG = Path(__file__).parents[2] / "data/online-retail/orders.jsonl.gz"
SHOP = replay.Shop("demo.myshopify.com", "hush")
NOVEMBER = datetime(2011, 11, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GiftShop:
    """The merchant whose history is replayed."""

    database: Database
    merchant_id: UUID
    store_id: UUID

    async def takes_in(self, deliveries: Sequence[replay.Webhook]) -> None:
        """Deliveries arrive by the hundred, and a worker applies them in between."""
        async with inbox.Intake(self.database) as intake:
            for start in range(0, len(deliveries), 100):
                arriving = map(self._delivery, deliveries[start : start + 100])
                await asyncio.gather(*map(intake.put, arriving))
                await inbox.drain(self.database, [shopify.PROVIDED])
        while await relay.sequence(self.database):
            pass

    async def points(self, people: Sequence[str]) -> dict[str, int]:
        """What the ledger holds for customers of the log."""
        async with self.database.tenant(self.merchant_id) as session:
            contacts = [
                customers.Contact(merchant_id=self.merchant_id, email=replay.email_of(person))
                for person in people
            ]
            ids = await customers.identify_many(session, contacts, now=NOW)
            held = await ledger.balances_of(session, [id_ for id_ in ids if id_], now=NOW)
        points: dict[str, int] = {}
        for person, id_ in zip(people, ids, strict=True):
            assert id_ is not None
            points[person] = sum(b.available + b.pending - b.debt for b in held.get(id_, ()))
        return points

    async def books_balance(self) -> bool:
        async with self.database.platform(snapshot=True) as session:
            return (await ledger.verify(session)).clean

    def _delivery(self, webhook: replay.Webhook) -> inbox.NewDelivery:
        return inbox.NewDelivery(
            merchant_id=self.merchant_id,
            store_id=self.store_id,
            provider="shopify",
            topic=webhook.topic,
            delivery_key=webhook.key,
            body=webhook.body,
            triggered_at=webhook.triggered_at,
        )


@pytest.fixture
async def gift_shop(database: Database) -> GiftShop:
    async with database.platform() as session:
        merchant = await merchants.create(
            session,
            handle="gifts",
            name="Gift Shop",
            currency="GBP",
            time_zone="Europe/London",
            now=datetime(2011, 1, 1, tzinfo=UTC),
            actor="test",
        )
        store = await merchants.add_store(
            session,
            merchant_id=merchant.id,
            provider="shopify",
            domain=SHOP.domain,
            name="Gift Shop",
            now=NOW,
        )
        await ledger.open_unit(session, merchant_id=merchant.id, now=NOW)
    return GiftShop(database, merchant.id, store.id)


def slice_of_history() -> list[replay.Record]:
    """Since November, all of some who took something back, of some others, and of guests."""
    records = [record for record in replay.open_log(LOG).records() if record.at >= NOVEMBER]
    returned = {r.order.customer for r in records if isinstance(r, replay.Refund)}
    bought = {r.customer for r in records if isinstance(r, replay.Order) and r.customer}
    people = {None, *sorted(filter(None, returned))[:60], *sorted(bought)[:60]}
    return [record for record in records if _buyer(record) in people and _since(record, NOVEMBER)]


def _buyer(record: replay.Record) -> str | None:
    return record.customer if isinstance(record, replay.Order) else record.order.customer


def _since(record: replay.Record, begin: datetime) -> bool:
    return isinstance(record, replay.Order) or record.order.at >= begin


async def test_the_books_end_where_the_model_does_however_the_history_arrives(
    gift_shop: GiftShop,
) -> None:
    records = slice_of_history()
    expected = replay.expected_points(records)
    calm = list(replay.deliveries_of(records, SHOP))
    wild = list(replay.disturb(calm, duplicates=0.15, disorder=0.3))
    assert len(wild) > len(calm) > 400
    await gift_shop.takes_in(wild)
    assert await gift_shop.points(list(expected)) == expected
    assert await gift_shop.books_balance()


async def test_a_history_that_is_replayed_again_changes_nothing(gift_shop: GiftShop) -> None:
    records = slice_of_history()[:150]
    calm = list(replay.deliveries_of(records, SHOP))
    await gift_shop.takes_in(calm)
    before = await gift_shop.points(list(replay.expected_points(records)))
    await gift_shop.takes_in(calm)
    assert await gift_shop.points(list(before)) == before
    assert await gift_shop.books_balance()
