"""What the program believes of its tables is what the migrations made of them."""

import importlib
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from loyalnest.kernel.database import Base, Database
from tests.tidy.repository import ROOT

MODELS = sorted((ROOT / "loyalnest").rglob("models.py"))


async def test_the_models_are_the_migrated_tables(shared_database: Database) -> None:
    """The same columns of the same types, nullable alike, under the same primary key."""
    for path in MODELS:
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert Base.metadata.tables
    async with shared_database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
        assert await connection.run_sync(_primary_keys) == {
            name: [column.name for column in table.primary_key]
            for name, table in Base.metadata.tables.items()
        }


def _differences(connection: Connection) -> list[Any]:
    """What a migration would have to change; keys and indexes are the migrations' alone."""

    def looked_at(_: object, name: str | None, kind: str, *__: object) -> bool:
        return kind == "column" or (kind == "table" and name in Base.metadata.tables)

    options = {"include_object": looked_at, "compare_type": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)


def _primary_keys(connection: Connection) -> dict[str, list[str]]:
    reflected = inspect(connection)
    return {
        name: reflected.get_pk_constraint(name)["constrained_columns"]
        for name in Base.metadata.tables
    }
