"""The limit of the books: the very rows that the product wrote, by nothing but SQL.

One prepared `INSERT … SELECT FROM unnest(…)` for each table and 500 orders, one transaction for
each 500, the product's own tables with all indexes and foreign keys, as a login that row-level
security doesn't concern. Nothing is looked up and nothing is decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.driver import Connection, Statement
from loyalnest.kernel.database import Row

BATCH = 500

# What an installation has before the first order, and what each order writes: in the order of
# their foreign keys, with the column that says when a row was written.
STANDING = ("merchants", "stores", "program_versions", "units")
WRITTEN = {
    "customers": "created_at",
    "customer_identities": "created_at",
    "orders": "recorded_at",
    "accounts": "opened_at",
    "entries": "recorded_at",
    "lots": "recorded_at",
    "events": "recorded_at",
}
_COLUMNS = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type
FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
ORDER BY attnum
"""
# An account that is there already gets what it earned: the one thing that isn't an insert.
_ADD = """
ON CONFLICT (merchant_id, customer_id, unit_id) DO UPDATE
SET available = accounts.available + excluded.available,
    lifetime_earned = accounts.lifetime_earned + excluded.lifetime_earned,
    last_active_at = excluded.last_active_at
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns, how their values are read as they travel, and what fills it."""

    columns: tuple[str, ...]
    values: str
    insert: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows that 500 orders wrote, by table."""

    rows: dict[str, list[tuple[Any, ...]]]


async def table_of(connection: Connection, name: str) -> Table:
    """How to fill a table, from the catalogue."""
    columns = await connection.fetch(_COLUMNS, name)
    names = tuple(column["name"] for column in columns)
    given: list[str] = []
    read: list[str] = []
    values: list[str] = []
    for number, (column, kind) in enumerate(((row["name"], row["type"]) for row in columns), 1):
        # An array of arrays can't be unnested into rows: such values travel as text, like JSON.
        as_text = kind in {"jsonb", "text[]"}
        given.append(f"${number}::{'text' if as_text else kind}[]")
        read.append(f"{column}::{kind}" if as_text else column)
        values.append(f"{column}::text" if as_text else column)
    insert = (
        f"INSERT INTO {name} ({', '.join(names)}) SELECT {', '.join(read)} "
        f"FROM unnest({', '.join(given)}) AS given ({', '.join(names)})"
    )
    return Table(names, ", ".join(values), insert + (_ADD if name == "accounts" else ""))


async def copy_standing(source: Connection, target: Connection) -> None:
    """Give the target what the source had before the first order."""
    for name in STANDING:
        table = await table_of(target, name)
        rows = await source.fetch(f"SELECT {table.values} FROM {name}")
        await target.execute(table.insert, *_by_column([tuple(row.values()) for row in rows]))


async def batches_since(source: Connection, since: datetime) -> list[Batch]:
    """What the product wrote since an instant, cut into batches of 500 orders.

    Each table is cut at the same shares of its rows in the order of writing, so that a row comes
    in its order's batch or, at a border, its neighbour; what a row points at never comes after it.
    """
    tables = {name: await table_of(source, name) for name in WRITTEN}
    rows = {
        name: await source.fetch(
            f"SELECT {table.values} FROM {name} WHERE {WRITTEN[name]} >= $1 "
            f"ORDER BY {WRITTEN[name]}, {'position' if name == 'events' else _key(name)}",
            since,
        )
        for name, table in tables.items()
    }
    count = max(1, -(-len(rows["orders"]) // BATCH))
    first: dict[Any, int] = {}
    batches = [Batch({name: [] for name in WRITTEN}) for _ in range(count)]
    for place, row in enumerate(rows["orders"]):
        number = place // BATCH
        first.setdefault(row["customer_id"], number)
        batches[number].rows["orders"].append(tuple(row.values()))
    for name in ("customers", "customer_identities"):
        of = "id" if name == "customers" else "customer_id"
        for row in rows[name]:
            batches[first.get(row[of], 0)].rows[name].append(tuple(row.values()))
    lot_of = {row["entry_id"]: tuple(row.values()) for row in rows["lots"]}
    for place, row in enumerate(rows["entries"]):
        share = place * count // len(rows["entries"])
        number = max(share, first.get(row["customer_id"], 0))
        batches[number].rows["entries"].append(tuple(row.values()))
        if row["id"] in lot_of:
            batches[number].rows["lots"].append(lot_of[row["id"]])
    for place, row in enumerate(rows["events"]):
        share = place * count // len(rows["events"])
        batches[share].rows["events"].append(tuple(row.values()))
    _add_accounts(batches, tables, rows["accounts"])
    return batches


async def write(target: Connection, batches: Sequence[Batch]) -> None:
    """Write the batches, each in one transaction."""
    statements: dict[str, Statement] = {}
    for name in WRITTEN:
        statements[name] = await target.prepare((await table_of(target, name)).insert)
    for batch in batches:
        async with target.transaction():
            for name, statement in statements.items():
                if batch.rows[name]:
                    await statement.fetch(*_by_column(batch.rows[name]))


def _add_accounts(batches: Sequence[Batch], tables: dict[str, Table], opened: list[Row]) -> None:
    """One row for each account that a batch touches, with what it earned there."""
    columns = tables["accounts"].columns
    entry = {name: place for place, name in enumerate(tables["entries"].columns)}
    empty = dict.fromkeys(columns)
    known = {(row["merchant_id"], row["customer_id"]): row["opened_at"] for row in opened}
    for batch in batches:
        earned: dict[tuple[Any, ...], int] = {}
        at: datetime | None = None
        for row in batch.rows["entries"]:
            key = tuple(row[entry[name]] for name in ("merchant_id", "customer_id", "unit_id"))
            earned[key] = earned.get(key, 0) + row[entry["amount"]]
            at = row[entry["recorded_at"]]
        for (merchant_id, customer_id, unit_id), amount in sorted(earned.items()):
            account = {
                **empty,
                "merchant_id": merchant_id,
                "customer_id": customer_id,
                "unit_id": unit_id,
                "available": amount,
                "pending": 0,
                "debt": 0,
                "lifetime_earned": amount,
                "lifetime_spent": 0,
                "last_active_at": at,
                "opened_at": known.get((merchant_id, customer_id), at),
            }
            batch.rows["accounts"].append(tuple(account[name] for name in columns))


def _key(name: str) -> str:
    return {"customer_identities": "customer_id", "accounts": "customer_id"}.get(name, "id")


def _by_column(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
