"""The sweep: whatever has come due by itself, on accounts that nobody touched."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import act_as_platform, act_for, bulk
from loyalnest.ledger import rules
from loyalnest.ledger.service.books import AccountKey, load_lots, open_accounts, write
from loyalnest.ledger.state import Account

# Merchant by merchant, because the index on due dates leads with the merchant.
_DUE = """
SELECT d.merchant_id, d.customer_id, d.unit_id
FROM merchants m
CROSS JOIN LATERAL (
    SELECT a.merchant_id, a.customer_id, a.unit_id
    FROM accounts a
    WHERE a.merchant_id = m.merchant_id AND a.next_due_at <= $1
    ORDER BY a.next_due_at
    LIMIT $2
) d
LIMIT $2
"""


async def settle_due(session: AsyncSession, *, now: datetime, limit: int = 1000) -> int:
    """Release and lapse what is due on up to `limit` accounts; answers how many there were.

    Runs in a transaction opened for the platform, which it narrows to the merchants concerned. Call
    it again, each time in a transaction of its own, until it answers 0.
    """
    await act_as_platform(session)
    connection = await bulk(session)
    keys = [(row[0], row[1], row[2]) for row in await connection.fetch(_DUE, now, limit)]
    if not keys:
        return 0
    await act_for(session, list({merchant_id for merchant_id, _, _ in keys}))
    return len(await bring_up_to_date(session, keys, now=now))


async def bring_up_to_date(
    session: AsyncSession, keys: Iterable[AccountKey], *, now: datetime
) -> dict[AccountKey, Account]:
    """Lock these accounts and write down what time has done to them."""
    accounts = await open_accounts(session, keys, now=now)
    await load_lots(session, list(accounts.values()))
    for account in accounts.values():
        rules.settle(account, now)
    await write(session, accounts.values(), now=now)
    return accounts
