"""Brings a database to the newest schema and makes the roles that the schema grants to."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from loyalnest.kernel.settings import Settings

_SCRIPTS = Path(__file__).parents[2] / "migrations"
_LOCK = 5_603_117_020_424_001  # any constant, as long as two migrations at once share it


async def migrate(
    url: str, settings: Settings, *, runtime_login: str | None = None, up_to: str = "head"
) -> None:
    """Create roles where they are missing, then run every migration that has not run yet.

    `url` names a login that may create roles and tables; `runtime_login` is made a member of the
    application and platform roles, so that the running program can act as either. Stopping at an
    earlier revision gives the tables that a later migration finds.
    """
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            await connection.commit()
            await connection.run_sync(_migrate, settings, runtime_login, up_to)
            await connection.commit()
    finally:
        await engine.dispose()


@cache
def newest() -> str:
    """The revision that this program's tables are at."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return ScriptDirectory.from_config(config).get_current_head() or ""


def _migrate(
    connection: Connection, settings: Settings, runtime_login: str | None, up_to: str
) -> None:
    login: str = connection.scalar(text("SELECT current_user")) or ""
    for role in (settings.application_role, settings.platform_role):
        _ensure_role(connection, role)
        for member in {login, runtime_login or login}:
            _grant(connection, role, member)
    connection.execute(
        text(
            f"GRANT USAGE ON SCHEMA public TO {settings.application_role}, {settings.platform_role}"
        )
    )
    connection.commit()
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    config.attributes["application_role"] = settings.application_role
    config.attributes["platform_role"] = settings.platform_role
    command.upgrade(config, up_to)


def _ensure_role(connection: Connection, role: str) -> None:
    known = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
    if not known:
        # Roles are the whole server's: a migration of another database may just be making it.
        connection.execute(
            text(
                f'DO $$ BEGIN CREATE ROLE "{role}" NOLOGIN; '
                "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )
        )


def _grant(connection: Connection, role: str, member: str) -> None:
    # Since PostgreSQL 16 whoever makes a role is a member of it, but may not act as it.
    version = int(connection.scalar(text("SHOW server_version_num")) or 0)
    may = connection.scalar(
        text("SELECT pg_has_role(:member, :role, :right)"),
        {"member": member, "role": role, "right": "SET" if version >= 160_000 else "MEMBER"},
    )
    superuser = connection.scalar(
        text("SELECT rolsuper FROM pg_roles WHERE rolname = :member"), {"member": member}
    )
    if not may and not superuser:
        # Whoever has not said for whom a transaction is sees nothing, where a grant can say so.
        options = " WITH INHERIT FALSE" if version >= 160_000 else ""
        connection.execute(text(f'GRANT "{role}" TO "{member}"{options}'))
