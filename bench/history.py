"""A past of any size: a template merchant whose books the ledger wrote, and copies of it.

Keys lead with the merchant, so a copy is the same rows under another merchant.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from bench.driver import Connection
from bench.installation import Installation, Store
from loyalnest import customers, ledger
from loyalnest.kernel import clock
from loyalnest.ledger import EntryKind, Posting, Source

TABLES = ("customers", "customer_identities", "accounts", "entries", "lots", "debts", "draws")
_BATCH = 500
_ENTRIES_PER_CUSTOMER = 5
_UNIT = "(SELECT id FROM units WHERE units.merchant_id = $2 AND code = 'points')"


async def write_history(
    place: Installation, template: Store, copies: Sequence[Store], entries: int
) -> int:
    """Give the template and its copies about so many entries in all; how many it became."""
    each = max(_ENTRIES_PER_CUSTOMER, entries // (len(copies) + 1))
    people = each // _ENTRIES_PER_CUSTOMER
    await _live(place, template.merchant_id, people)
    owner = await place.as_owner()
    # What is copied was checked when the template was written.
    await owner.execute("SET session_replication_role = replica")
    for copy in copies:
        for table in TABLES:
            await _copy(owner, table, template.merchant_id, copy.merchant_id)
    await owner.execute("VACUUM ANALYZE")
    written: int = await owner.fetchval("SELECT count(*) FROM entries")
    await owner.close()
    return written


async def _live(place: Installation, merchant_id: UUID, people: int) -> None:
    """Each customer earns four times and spends once."""
    for first in range(0, people, _BATCH):
        numbers = range(first, min(first + _BATCH, people))
        async with place.database.tenant(merchant_id) as session:
            now = clock.now()
            contacts = [
                customers.Contact(merchant_id=merchant_id, email=f"past.{number}@example.com")
                for number in numbers
            ]
            ids = await customers.identify_many(session, contacts, now=now)
            unit_id = (await ledger.units_of(session, [merchant_id]))[merchant_id].id
        for step in range(_ENTRIES_PER_CUSTOMER):
            last = step == _ENTRIES_PER_CUSTOMER - 1
            postings = [
                Posting(
                    merchant_id=merchant_id,
                    customer_id=customer_id,
                    unit_id=unit_id,
                    kind=EntryKind.REDEEM if last else EntryKind.EARN,
                    amount=-150 if last else 100 + number % 50,
                    source=Source("past", f"{number}/{step}"),
                    step="past",
                    occurred_at=now - timedelta(days=30 - step),
                )
                for number, customer_id in zip(numbers, ids, strict=True)
                if customer_id is not None
            ]
            async with place.database.tenant(merchant_id) as session:
                await ledger.post_many(session, postings, now=clock.now())


async def _copy(owner: Connection, table: str, template: UUID, copy: UUID) -> None:
    columns: list[str] = [
        row["attname"]
        for row in await owner.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 "
            "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            table,
        )
    ]
    taken = {"merchant_id": "$2::uuid", "unit_id": _UNIT}
    await owner.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(taken.get(name) or name for name in columns)} "
        f"FROM {table} WHERE merchant_id = $1::uuid AND $2::uuid IS NOT NULL",
        template,
        copy,
    )
