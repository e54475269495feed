"""Who asks, whoever they may be: a device by its token, anybody else as staff know them."""

from datetime import datetime

from loyalnest import staff
from loyalnest.kernel.database import Database
from loyalnest.kernel.http import Caller
from loyalnest.kernel.networks import Address
from loyalnest.stamps import counter


class Bearers:
    """Tells whom a bearer belongs to. One per process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._others = staff.Bearers(database)

    async def caller_of(
        self, bearer: str, *, now: datetime, address: Address | None = None
    ) -> Caller:
        """Whom this bearer belongs to.

        Raises StamperRevoked, CredentialsInvalid, NetworkRefused.
        """
        if not bearer.startswith(counter.BEARER_PREFIX):
            return await self._others.caller_of(bearer, now=now, address=address)
        async with self._database.batch([]) as session:
            return await counter.authenticate(session, bearer)
