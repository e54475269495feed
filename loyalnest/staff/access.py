"""Who asks: an API key, a customer or somebody on the staff, told apart by how a bearer begins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import Database, act_for, merchant_of, ring_of
from loyalnest.kernel.http import Caller, CallerKind
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.networks import Address
from loyalnest.staff import queries, rules, tokens
from loyalnest.staff.errors import CredentialsInvalid, KeyNeeded, StoreUserUnknown
from loyalnest.staff.service import passes
from loyalnest.staff.values import (
    CustomerClaims,
    CustomerSession,
    OwnScope,
    Voucher,
    Vouching,
)

_REMEMBERED = 20_000


class Bearers:
    """Tells whom a bearer belongs to. One per process.

    Which key has a secret never changes, and is remembered; whether the key is still good is asked
    with every request, of the database itself: programs ask often.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: dict[bytes, queries.KeyName] = {}

    async def caller_of(
        self, bearer: str, *, now: datetime, address: Address | None = None
    ) -> Caller:
        """Whom this bearer belongs to.

        `address` is where it comes from: a merchant's allow list holds its staff, and no program
        with a key of its own, nor a customer. Raises CredentialsInvalid, NetworkRefused.
        """
        if bearer.startswith(rules.KEY_PREFIX):
            return await self._key_holder(bearer)
        async with self._database.batch([]) as session:
            if bearer.startswith(rules.CUSTOMER_PREFIX):
                return await _customer(session, bearer, now)
            return await _person(session, bearer, now, address)

    async def _key_holder(self, secret: str) -> Caller:
        hashed = rules.secret_hash(secret)
        name = self._keys.get(hashed) or await self._look_up(hashed)
        role = self._database.settings.application_role
        async with self._database.statement_by_driver() as driver:
            scopes = await queries.find_scopes(driver, name, role=role)
        if scopes is None:
            raise CredentialsInvalid
        return Caller(
            merchant_id=name.merchant_id,
            actor=f"api_key:{to_wire('key', name.id)}",
            scopes=scopes,
            kind=CallerKind.API_KEY,
            subject_id=name.id,
        )

    async def _look_up(self, hashed: bytes) -> queries.KeyName:
        async with self._database.batch_by_driver([]) as driver:
            name = await queries.find_key_name(driver, hashed)
        if name is None:
            raise CredentialsInvalid
        if len(self._keys) >= _REMEMBERED:
            self._keys.clear()
        self._keys[hashed] = name
        return name


async def start_customer_session(
    session: AsyncSession, caller: Caller, *, customer_id: UUID, now: datetime
) -> CustomerSession:
    """A token for one customer, for the program that has established who they are.

    Nothing is written. Raises KeyNeeded: whoever signed in acts in their own name.
    """
    if caller.kind is not CallerKind.API_KEY:
        raise KeyNeeded
    voucher = Voucher(Vouching.KEY, caller.subject_id)
    return await vouched_session(session, voucher, customer_id=customer_id, now=now)


async def vouched_session(
    session: AsyncSession, voucher: Voucher, *, customer_id: UUID, now: datetime
) -> CustomerSession:
    """A token for one customer on somebody's word. It lasts 15 minutes and ends with them.

    Raises CredentialsInvalid when their word is worth nothing any more.
    """
    scopes = await _vouched(session, voucher)
    claims = CustomerClaims(merchant_of(session), customer_id, voucher)
    expires_at = now + rules.CUSTOMER_SESSION
    token = tokens.make_customer_token(ring_of(session), claims, now=now, expires_at=expires_at)
    return CustomerSession(token, expires_at, scopes)


async def enter_by_link(
    session: AsyncSession, token: str, *, now: datetime
) -> tuple[UUID, CustomerSession]:
    """Whom a link lets in, and their session; the link is used up. For a session for nobody.

    Raises PassInvalid, CredentialsInvalid.
    """
    merchant_id, pass_id, secret = tokens.read_pass(token)
    await act_for(session, [merchant_id])
    voucher, customer_id = await passes.use_pass(session, pass_id=pass_id, secret=secret, now=now)
    return customer_id, await vouched_session(session, voucher, customer_id=customer_id, now=now)


async def enter_at_store(
    session: AsyncSession,
    store_id: UUID,
    *,
    customer_id: UUID,
    signature: str,
    signature_ends_at: datetime,
    now: datetime,
) -> CustomerSession:
    """A session for a customer whom a store has signed for; a signature is good for one.

    Raises CredentialsInvalid once the store has left, and PassInvalid for a signature used before.
    """
    voucher = Voucher(Vouching.STORE, store_id)
    started = await vouched_session(session, voucher, customer_id=customer_id, now=now)
    await passes.use_up(
        session,
        signature,
        customer_id=customer_id,
        voucher=voucher,
        expires_at=signature_ends_at,
        now=now,
    )
    return started


async def authenticate_store_user(
    session: AsyncSession, store_id: UUID, external_id: str, *, address: Address | None
) -> Caller:
    """Who on the staff a store says is asking. For a session of the store's merchant.

    There is no sign-in behind it: the store vouches anew with each request. Raises
    CredentialsInvalid once the store has left, StoreUserUnknown, and NetworkRefused.
    """
    if not await merchants.is_connected(session, store_id):
        raise CredentialsInvalid
    found = await queries.find_store_user(session, store_id, external_id)
    if found is None:
        raise StoreUserUnknown
    staff_id, access = found
    rules.check_place(access.networks, address)
    return Caller(
        merchant_id=merchant_of(session),
        actor=f"staff:{to_wire('stf', staff_id)}",
        scopes=frozenset(rules.SCOPES_OF[access.role]),
        kind=CallerKind.STAFF,
        subject_id=staff_id,
    )


async def _customer(session: AsyncSession, token: str, now: datetime) -> Caller:
    claims = tokens.read_customer_token(ring_of(session), token, now=now)
    await act_for(session, [claims.merchant_id])
    scopes = await _vouched(session, claims.voucher)
    return Caller(
        merchant_id=claims.merchant_id,
        actor=f"customer:{to_wire('cus', claims.customer_id)}",
        scopes=frozenset(scopes),
        kind=CallerKind.CUSTOMER,
        subject_id=claims.customer_id,
    )


async def _vouched(session: AsyncSession, voucher: Voucher) -> frozenset[OwnScope]:
    """What a customer may do on this word. Raises CredentialsInvalid."""
    if voucher.kind is Vouching.KEY:
        key = await queries.find_open_key(session, voucher.id)
        if key is not None:
            return rules.own_scopes(key.scopes)
    elif voucher.kind is Vouching.STAFF:
        role = await queries.find_role(session, voucher.id)
        if role is not None:
            return rules.own_scopes(rules.SCOPES_OF[role])
    elif await merchants.is_connected(session, voucher.id):
        return frozenset(OwnScope)
    raise CredentialsInvalid


async def _person(
    session: AsyncSession, token: str, now: datetime, address: Address | None
) -> Caller:
    claims = tokens.read_access_token(ring_of(session), token, now=now)
    await act_for(session, [claims.merchant_id])
    access = await queries.find_session_access(
        session, staff_id=claims.staff_id, family_id=claims.family_id, now=now
    )
    if access is None:
        raise CredentialsInvalid
    rules.check_place(access.networks, address)
    return Caller(
        merchant_id=claims.merchant_id,
        actor=f"staff:{to_wire('stf', claims.staff_id)}",
        scopes=frozenset(rules.SCOPES_OF[access.role]),
        kind=CallerKind.STAFF,
        subject_id=claims.staff_id,
        session_id=claims.family_id,
    )
