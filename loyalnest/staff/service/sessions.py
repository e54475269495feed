"""People sign in, stay signed in, and sign out.

A sign-in begins a family of refresh tokens. Each is used once and replaced by the next; one that
comes back later was copied by somebody, and ends the whole family. For some seconds it may come
back: a page that is reloaded, or a second tab, asks again before the answer has arrived.
"""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import database_of, merchant_of, ring_of
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.networks import Address
from loyalnest.staff import queries, rules, tokens
from loyalnest.staff.errors import SessionNotFound
from loyalnest.staff.models import MemberRow, RefreshTokenRow
from loyalnest.staff.service.networks import check_admitted
from loyalnest.staff.service.store_users import unlink_store_users
from loyalnest.staff.values import AccessClaims, State, Tokens


async def start_session(
    session: AsyncSession, *, staff_id: UUID, now: datetime, device: str | None = None
) -> Tokens:
    """Sign somebody in whose password was right. Their sessions that ran out are cleared away."""
    await session.execute(
        delete(RefreshTokenRow).where(
            RefreshTokenRow.merchant_id == merchant_of(session),
            RefreshTokenRow.staff_id == staff_id,
            RefreshTokenRow.expires_at < now,
        )
    )
    return await _issue(session, staff_id=staff_id, family_id=new_id(), device=device, now=now)


async def refresh(
    session: AsyncSession, *, token_id: UUID, secret: str, address: Address | None, now: datetime
) -> Tokens | None:
    """Exchange a refresh token for the next pair, or None when the session has ended.

    None is an answer and not an error: ending a family whose token was used twice must be
    committed. Raises NetworkRefused; the token is still good where somebody may be.
    """
    row = await session.scalar(
        select(RefreshTokenRow)
        .where(RefreshTokenRow.merchant_id == merchant_of(session), RefreshTokenRow.id == token_id)
        .with_for_update()
    )
    if row is None or not hmac.compare_digest(row.secret_hash, rules.secret_hash(secret)):
        return None
    if row.used_at is not None and now - row.used_at > rules.REFRESH_OVERLAP:
        await sign_out(session, family_id=row.family_id, now=now)
        return None
    if row.revoked_at is not None or row.expires_at <= now:
        return None
    member = await session.get_one(MemberRow, (row.merchant_id, row.staff_id))
    if queries.state_of(member) is not State.ACTIVE:
        return None
    await check_admitted(session, address)
    row.used_at = row.used_at or now
    await session.flush()
    return await _issue(
        session, staff_id=row.staff_id, family_id=row.family_id, device=row.device, now=now
    )


async def sign_out(session: AsyncSession, *, family_id: UUID, now: datetime) -> None:
    """End one session: its refresh token and its access tokens are worth nothing from now on."""
    await session.execute(
        update(RefreshTokenRow)
        .where(
            RefreshTokenRow.merchant_id == merchant_of(session),
            RefreshTokenRow.family_id == family_id,
            RefreshTokenRow.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


async def sign_out_everywhere(session: AsyncSession, *, staff_id: UUID, now: datetime) -> None:
    """End every session of somebody; stores' admins let them in no more, either."""
    await unlink_store_users(session, staff_id=staff_id)
    await session.execute(
        update(RefreshTokenRow)
        .where(
            RefreshTokenRow.merchant_id == merchant_of(session),
            RefreshTokenRow.staff_id == staff_id,
            RefreshTokenRow.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


async def sign_device_out(
    session: AsyncSession, *, staff_id: UUID, session_id: UUID, now: datetime
) -> None:
    """End one session of somebody, wherever it is. Raises SessionNotFound."""
    devices = await queries.list_devices(session, staff_id, now=now)
    if session_id not in {device.session_id for device in devices}:
        raise SessionNotFound
    await sign_out(session, family_id=session_id, now=now)


async def _issue(
    session: AsyncSession, *, staff_id: UUID, family_id: UUID, device: str | None, now: datetime
) -> Tokens:
    settings = database_of(session).settings
    merchant_id = merchant_of(session)
    access_for = timedelta(minutes=settings.access_token_minutes)
    expires_at = now + timedelta(days=settings.refresh_token_days)
    token_id, secret = new_id(), rules.new_secret("")
    session.add(
        RefreshTokenRow(
            merchant_id=merchant_id,
            id=token_id,
            family_id=family_id,
            staff_id=staff_id,
            secret_hash=rules.secret_hash(secret),
            issued_at=now,
            expires_at=expires_at,
            device=device,
        )
    )
    await session.flush()
    claims = AccessClaims(merchant_id, staff_id, family_id)
    return Tokens(
        tokens.make_access_token(ring_of(session), claims, now=now, lifetime=access_for),
        now + access_for,
        tokens.make_refresh_token(merchant_id, token_id, secret),
        expires_at,
    )
