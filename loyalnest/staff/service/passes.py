"""Passes let one customer in once: by a link that somebody sends, or by a store's signed request.

What is kept of one is a hash, whom it lets in, and who said that they may; it is cleared away with
the customer's next one.
"""

import hmac
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import Caller, CallerKind
from loyalnest.kernel.ids import new_id
from loyalnest.staff import rules, tokens
from loyalnest.staff.errors import NoVoucher, PassInvalid
from loyalnest.staff.values import CustomerPass, Voucher, Vouching

_FORGET = text(
    "DELETE FROM customer_passes"
    " WHERE merchant_id = :merchant_id AND customer_id = :customer_id AND expires_at < :now"
)
_MAKE = text("""
INSERT INTO customer_passes (merchant_id, id, customer_id, secret_hash, vouched_by, voucher_id,
    made_at, expires_at, used_at)
VALUES (:merchant_id, :id, :customer_id, :secret_hash, :vouched_by, :voucher_id, :now,
    :expires_at, :used_at)
ON CONFLICT (merchant_id, secret_hash) DO NOTHING
RETURNING true
""")
_USE = text("""
UPDATE customer_passes SET used_at = :now
WHERE merchant_id = :merchant_id AND id = :id AND used_at IS NULL AND expires_at > :now
RETURNING secret_hash, customer_id, vouched_by, voucher_id
""")
_VOUCHES = {CallerKind.API_KEY: Vouching.KEY, CallerKind.STAFF: Vouching.STAFF}


async def make_pass(
    session: AsyncSession, caller: Caller, *, customer_id: UUID, now: datetime
) -> CustomerPass:
    """A pass for a link: good once, for 15 minutes. Raises NoVoucher."""
    kind = _VOUCHES.get(caller.kind)
    if kind is None:
        raise NoVoucher
    pass_id, secret, expires_at = new_id(), rules.new_secret(""), now + rules.LINK_LIFETIME
    voucher = Voucher(kind, caller.subject_id)
    await _keep(
        session, pass_id, secret, customer_id, voucher, expires_at=expires_at, used_at=None, now=now
    )
    return CustomerPass(tokens.make_pass(merchant_of(session), pass_id, secret), expires_at)


async def make_store_pass(
    session: AsyncSession, store_id: UUID, *, customer_id: UUID, now: datetime
) -> CustomerPass:
    """The same on a store's word, for a customer whose own address it is sent to."""
    pass_id, secret, expires_at = new_id(), rules.new_secret(""), now + rules.LINK_LIFETIME
    voucher = Voucher(Vouching.STORE, store_id)
    await _keep(
        session, pass_id, secret, customer_id, voucher, expires_at=expires_at, used_at=None, now=now
    )
    return CustomerPass(tokens.make_pass(merchant_of(session), pass_id, secret), expires_at)


async def use_pass(
    session: AsyncSession, *, pass_id: UUID, secret: str, now: datetime
) -> tuple[Voucher, UUID]:
    """Use a pass up: on whose word it lets whom in. Of two at once, one gets in.

    Raises PassInvalid. A wrong secret uses nothing up: what was done is rolled back with the error.
    """
    asked = {"merchant_id": merchant_of(session), "id": pass_id, "now": now}
    row = (await session.execute(_USE, asked)).one_or_none()
    if row is None or not hmac.compare_digest(bytes(row.secret_hash), rules.secret_hash(secret)):
        raise PassInvalid
    return Voucher(Vouching(row.vouched_by), row.voucher_id), row.customer_id


async def use_up(
    session: AsyncSession,
    secret: str,
    *,
    customer_id: UUID,
    voucher: Voucher,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Remember that a secret which proves something by itself has been used, until it is too old.

    Raises PassInvalid when it was used before.
    """
    fresh = await _keep(
        session, new_id(), secret, customer_id, voucher, expires_at=expires_at, used_at=now, now=now
    )
    if not fresh:
        raise PassInvalid


async def _keep(
    session: AsyncSession,
    pass_id: UUID,
    secret: str,
    customer_id: UUID,
    voucher: Voucher,
    *,
    expires_at: datetime,
    used_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether this is the first pass with the secret."""
    about = {"merchant_id": merchant_of(session), "customer_id": customer_id, "now": now}
    await session.execute(_FORGET, about)
    kept = {
        "id": pass_id,
        "secret_hash": rules.secret_hash(secret),
        "vouched_by": voucher.kind.value,
        "voucher_id": voucher.id,
        "expires_at": expires_at,
        "used_at": used_at,
    }
    return bool(await session.scalar(_MAKE, {**about, **kept}))
