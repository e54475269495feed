"""Waiting for what others have come to, rather than for time to pass."""

import asyncio

from sqlalchemy import text

from loyalnest.kernel.database import Database

# The server may be shared with others, who wait for what is theirs.
_WAITING = text("""
SELECT count(*)
FROM pg_locks
JOIN pg_stat_activity USING (pid)
WHERE NOT granted
  AND datname = current_database()
""")
_PATIENCE_S = 60


async def until_somebody_waits(database: Database) -> None:
    """Somebody has come as far as to what another transaction holds."""
    async with asyncio.timeout(_PATIENCE_S), database.platform() as session:
        while True:
            if await session.scalar(_WAITING):
                return
            await asyncio.sleep(0.01)
