"""Who asks: an API key or somebody's access token, told apart by how it begins."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import act_for, ring_of
from loyalnest.kernel.http import Caller, CallerKind
from loyalnest.kernel.ids import to_wire
from loyalnest.staff import queries, rules, tokens
from loyalnest.staff.errors import CredentialsInvalid


async def authenticate(session: AsyncSession, bearer: str, *, now: datetime) -> Caller:
    """Whom this bearer belongs to. For a session that was opened for nobody.

    Raises CredentialsInvalid.
    """
    if bearer.startswith(rules.KEY_PREFIX):
        return await _key_holder(session, bearer)
    return await _person(session, bearer, now)


async def _key_holder(session: AsyncSession, secret: str) -> Caller:
    key = await queries.find_api_key(session, secret)
    if key is None:
        raise CredentialsInvalid
    return Caller(
        merchant_id=key.merchant_id,
        actor=f"api_key:{to_wire('key', key.id)}",
        scopes=frozenset(key.scopes),
        kind=CallerKind.API_KEY,
        subject_id=key.id,
    )


async def _person(session: AsyncSession, token: str, now: datetime) -> Caller:
    claims = tokens.read_access_token(ring_of(session), token, now=now)
    await act_for(session, [claims.merchant_id])
    role = await queries.find_session_role(
        session, staff_id=claims.staff_id, family_id=claims.family_id, now=now
    )
    if role is None:
        raise CredentialsInvalid
    return Caller(
        merchant_id=claims.merchant_id,
        actor=f"staff:{to_wire('stf', claims.staff_id)}",
        scopes=frozenset(rules.SCOPES_OF[role]),
        kind=CallerKind.STAFF,
        subject_id=claims.staff_id,
        session_id=claims.family_id,
    )
