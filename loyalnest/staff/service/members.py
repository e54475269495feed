"""People join a merchant's staff and have a password."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.staff import passwords, queries, rules
from loyalnest.staff.errors import CurrentPasswordWrong, MemberExists, MemberGone, MemberNotFound
from loyalnest.staff.events import StaffPasswordChanged
from loyalnest.staff.models import MemberRow
from loyalnest.staff.service import directory
from loyalnest.staff.service.sessions import sign_out_everywhere
from loyalnest.staff.values import Member, Role, State

EMAIL, NAME = "staff.email", "staff.name"


async def create_member(
    session: AsyncSession,
    *,
    email: str,
    role: Role,
    now: datetime,
    name: str | None = None,
    password: str | None = None,
) -> Member:
    """Take somebody onto the staff. Without a password they can't sign in yet.

    Raises EmailInvalid, MemberExists, PasswordTooWeak.
    """
    merchant_id, ring = merchant_of(session), ring_of(session)
    email = rules.normalised_email(email)
    if await queries.find_member(session, email):
        raise MemberExists
    password_hash = None
    if password is not None:
        password_hash = await passwords.hash_password(rules.checked_password(password))
    state = State.INVITED if password is None else State.ACTIVE
    member = Member(new_id(), merchant_id, email, name, role, state, now)
    added = await session.execute(
        insert(MemberRow)
        .values(
            merchant_id=merchant_id,
            id=member.id,
            email_sealed=ring.seal(merchant_id, EMAIL, email.encode()),
            email_hash=ring.blind(merchant_id, EMAIL, email).hash,
            name_sealed=ring.seal_text(merchant_id, NAME, name),
            role=role.value,
            password_hash=password_hash,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(MemberRow.id)
    )
    if added.first() is None:
        raise MemberExists
    await directory.put(session, [listing_of(ring, member)])
    return member


async def set_password(
    session: AsyncSession, *, staff_id: UUID, password: str, actor: str, now: datetime
) -> None:
    """Give somebody a new password; whoever is signed in as them is signed out.

    A link they were given meanwhile is void. Raises PasswordTooWeak, MemberNotFound, MemberGone.
    """
    row = await session.get(MemberRow, (merchant_of(session), staff_id))
    if row is None:
        raise MemberNotFound
    if row.removed_at is not None:
        raise MemberGone
    row.link_hash = row.link_expires_at = None
    row.password_hash = await passwords.hash_password(rules.checked_password(password))
    await session.flush()
    changed = StaffPasswordChanged(
        merchant_id=row.merchant_id, occurred_at=now, staff_id=staff_id, actor=actor
    )
    await publish(session, [changed], now=now)
    await sign_out_everywhere(session, staff_id=staff_id, now=now)


async def change_password(
    session: AsyncSession, *, staff_id: UUID, current: str, new: str, actor: str, now: datetime
) -> None:
    """Change a password, by somebody who knows it. Raises CurrentPasswordWrong, PasswordTooWeak."""
    stored = await session.scalar(
        select(MemberRow.password_hash).where(
            MemberRow.merchant_id == merchant_of(session), MemberRow.id == staff_id
        )
    )
    if not await passwords.verify(stored, rules.composed(current)):
        raise CurrentPasswordWrong
    await set_password(session, staff_id=staff_id, password=new, actor=actor, now=now)


def listing_of(ring: KeyRing, member: Member) -> directory.Listing:
    """Where this member's address leads, hashed with the ring's current key."""
    hashed = ring.blind(None, queries.STAFF, member.email).hash
    return directory.Listing(queries.STAFF, hashed, member.merchant_id, member.id)
