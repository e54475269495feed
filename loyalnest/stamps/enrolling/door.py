"""The door to enrolling, for the page and for REST alike: where it leads, and how often."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.limits import Buckets, Policy
from loyalnest.stamps.enrolling import directory, queries
from loyalnest.stamps.enrolling.errors import PosterNotFound, PosterWithdrawn, TooManyEnrolments
from loyalnest.stamps.enrolling.values import Place, Poster

BY_ADDRESS = Policy("enrolments", 60, 600)
"""How often somebody may try from one place in ten minutes: a café's guests share its network."""
BY_MERCHANT = Policy("enrolments-of-merchant", 1200, 3600)
PAPERS_BY_ADDRESS = Policy("paper-cards", 20, 600)
"""How often somebody may name a card of paper: whoever guesses has a try in 2^50."""
PAPERS_BY_MERCHANT = Policy("paper-cards-of-merchant", 300, 3600)
_CODE_AT_MOST = 16


class Door:
    """How often anybody may try to enrol."""

    def __init__(self) -> None:
        self._by_address = Buckets(BY_ADDRESS)
        self._by_merchant = Buckets(BY_MERCHANT)
        self._papers_by_address = Buckets(PAPERS_BY_ADDRESS)
        self._papers_by_merchant = Buckets(PAPERS_BY_MERCHANT)

    def knock(self, address: str, merchant_id: UUID, *, with_paper: bool) -> None:
        """Let somebody try, `with_paper`: with the number of a card. Raises TooManyEnrolments."""
        asked = [(self._by_address, address), (self._by_merchant, merchant_id)]
        if with_paper:
            asked += [(self._papers_by_address, address), (self._papers_by_merchant, merchant_id)]
        for buckets, key in asked:
            verdict = buckets.take(key)
            if not verdict.allowed:
                raise TooManyEnrolments(retry_after_s=verdict.retry_after_s)


async def poster_at(session: AsyncSession, code: str) -> Poster:
    """The poster with this code; from here on the session acts for its merchant.

    For a session that was opened for nobody. Raises PosterNotFound.
    """
    if len(code) > _CODE_AT_MOST:
        raise PosterNotFound
    poster_id = await directory.enter(session, code.strip().upper())
    if poster_id is None:
        raise PosterNotFound
    return await queries.get_poster(session, poster_id)


def place_of(poster: Poster) -> Place:
    """Where somebody enrols who scanned it. Raises PosterWithdrawn."""
    if poster.withdrawn_at is not None:
        raise PosterWithdrawn
    return Place(poster.program_id, poster.store_id, poster.id, poster.check_by)
