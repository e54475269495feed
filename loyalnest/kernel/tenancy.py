"""What makes a table a tenant's: partitions, the policies that keep merchants apart, the grants.

For migrations. A table that is laid out here needs no thought of its own about who may see what;
the schema's tests fail for one that was not.
"""

from collections.abc import Sequence
from typing import Any

from alembic import context, op

PARTITIONS = 8
_ROLES = ("application", "platform")

# A filter rather than `merchant_id = …`, so that the planner drives every look-up by the query's
# own keys; the sub-select is evaluated once a statement, however many rows it judges. A batch of
# 500 orders, which are of some 316 merchants out of 500, pays 65 µs of a core a statement and 1 µs
# a row: some 20 µs of the 550 that an order takes in all. A hashed list (`IN (SELECT …)`) would
# save half of it, which the figure `books` can't tell from nothing.
_POLICY = """
array_position((SELECT string_to_array(current_setting('loyalnest.merchants', true), ',')::uuid[]),
               merchant_id) IS NOT NULL
"""

# A merchant's rows lie in parts of the same number in every table, so that a reference can name the
# part. Through the table as a whole each row that is written would have its eight parts pruned
# anew, which costs five times as much as looking the row up (22 us beside 4).
_REFER_BY_PART = f"""
DO $$
DECLARE
    it record;
BEGIN
    FOR it IN
        SELECT k.conname AS name, c.relname AS own, f.relname AS target,
               pg_get_constraintdef(k.oid) AS says
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_class f ON f.oid = k.confrelid
        WHERE k.contype = 'f' AND k.conparentid = 0 AND k.connamespace = 'public'::regnamespace
          AND c.relkind = 'p' AND f.relkind = 'p'
    LOOP
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', it.own, it.name);
        FOR part IN 0..{PARTITIONS - 1} LOOP
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', it.own || '_' || part, it.name,
                           replace(it.says, format('REFERENCES %I(', it.target),
                                   format('REFERENCES %I(', it.target || '_' || part)));
        END LOOP;
    END LOOP;
END $$;
"""  # noqa: S608


def create(
    statements: str,
    *,
    tables: Sequence[str],
    partitioned: Sequence[str] = (),
    append_only: Sequence[str] = (),
) -> None:
    """Create tables of tenants.

    All of them are protected; some are also partitioned, which the statements prepare for, and
    rows of some are never changed.
    """
    roles = {role: context.config.attributes[f"{role}_role"] for role in _ROLES}
    run(statements)
    for table in partitioned:
        run(_partition(table))
    for table in tables:
        run(_protect(table, **roles))
    for table in append_only:
        run(_append_only(table, **roles))
    if partitioned:
        refer_by_part()


def refer_by_part() -> None:
    """Let every part of a table refer to the part of the same number in the other table."""
    run(_REFER_BY_PART)


def run(statements: str) -> None:
    """Send statements as they stand: there are several, with colons that are not parameters."""
    connection: Any = op.get_bind().connection.dbapi_connection

    async def send(driver: Any) -> None:
        await driver.execute(statements)

    connection.run_async(send)


def _protect(table: str, *, application: str, platform: str) -> str:
    """Statements that force row-level security on a table and let both roles work in it."""
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY tenant ON {table} TO {application} USING ({_POLICY});"
        f"CREATE POLICY platform ON {table} TO {platform} USING (true);"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {application}, {platform};"
    )


def _partition(table: str) -> str:
    """Statements that make the parts of a table that is PARTITION BY HASH (merchant_id)."""
    return "".join(
        f"CREATE TABLE {table}_{part} PARTITION OF {table}"
        f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part});"
        for part in range(PARTITIONS)
    )


def _append_only(table: str, *, application: str, platform: str) -> str:
    """Statements that let rows be added to a table and never changed or deleted."""
    return (
        f"REVOKE UPDATE, DELETE ON {table} FROM {application}, {platform};"
        f"CREATE TRIGGER {table}_are_immutable BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change();"
    )
