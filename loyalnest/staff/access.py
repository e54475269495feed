"""Who asks: an API key, a customer or somebody on the staff, told apart by how a bearer begins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import act_for, ring_of
from loyalnest.kernel.http import Caller, CallerKind
from loyalnest.kernel.ids import to_wire
from loyalnest.staff import queries, rules, tokens
from loyalnest.staff.errors import CredentialsInvalid, KeyNeeded
from loyalnest.staff.values import CustomerClaims, CustomerSession


async def authenticate(session: AsyncSession, bearer: str, *, now: datetime) -> Caller:
    """Whom this bearer belongs to. For a session that was opened for nobody.

    Raises CredentialsInvalid.
    """
    if bearer.startswith(rules.KEY_PREFIX):
        return await _key_holder(session, bearer)
    if bearer.startswith(rules.CUSTOMER_PREFIX):
        return await _customer(session, bearer, now)
    return await _person(session, bearer, now)


def start_customer_session(
    session: AsyncSession, caller: Caller, *, customer_id: UUID, now: datetime
) -> CustomerSession:
    """A token for one customer, for the program that has established who they are.

    It lasts 15 minutes and ends with the key. Nothing is written. Raises KeyNeeded: whoever signed
    in acts in their own name.
    """
    if caller.kind is not CallerKind.API_KEY:
        raise KeyNeeded
    claims = CustomerClaims(caller.merchant_id, customer_id, caller.subject_id)
    expires_at = now + rules.CUSTOMER_SESSION
    token = tokens.make_customer_token(ring_of(session), claims, now=now, expires_at=expires_at)
    return CustomerSession(token, expires_at, rules.own_scopes(caller.scopes))


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


async def _customer(session: AsyncSession, token: str, now: datetime) -> Caller:
    claims = tokens.read_customer_token(ring_of(session), token, now=now)
    await act_for(session, [claims.merchant_id])
    key = await queries.find_open_key(session, claims.key_id)
    if key is None:
        raise CredentialsInvalid
    return Caller(
        merchant_id=claims.merchant_id,
        actor=f"customer:{to_wire('cus', claims.customer_id)}",
        scopes=frozenset(rules.own_scopes(key.scopes)),
        kind=CallerKind.CUSTOMER,
        subject_id=claims.customer_id,
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
