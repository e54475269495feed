"""Who belongs to the staff, and as what: changed by somebody who may do at least as much."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.http import Caller
from loyalnest.staff import events, queries, rules
from loyalnest.staff.errors import (
    LastOwner,
    MemberExists,
    MemberGone,
    MemberNotFound,
    MemberStays,
    MemberSuspended,
    NotYourself,
)
from loyalnest.staff.models import MemberRow
from loyalnest.staff.service import directory, links
from loyalnest.staff.service.members import create_member, listing_of
from loyalnest.staff.service.sessions import sign_device_out, sign_out_everywhere
from loyalnest.staff.values import Link, Member, Role, State


async def invite(
    session: AsyncSession, *, email: str, role: Role, by: Caller, now: datetime
) -> tuple[Member, Link]:
    """Ask somebody to join, or to come back, and make the link by which they do.

    Raises AboveYou, EmailInvalid, MemberExists.
    """
    rules.check_not_above(role, by.scopes)
    known = await queries.find_member(session, email)
    if known is None:
        known = await create_member(session, email=email, role=role, now=now)
    elif known.state is not State.REMOVED:
        raise MemberExists
    else:
        await directory.put(session, [listing_of(ring_of(session), known)])
    row = await session.get_one(MemberRow, (known.merchant_id, known.id), with_for_update=True)
    row.role, row.removed_at = role.value, None
    link = links.new_link(row, lasting=rules.INVITATION_LASTS, now=now)
    await session.flush()
    invited = events.StaffInvited(
        merchant_id=row.merchant_id,
        occurred_at=now,
        staff_id=row.id,
        actor=by.actor,
        role=role.value,
    )
    await publish(session, [invited], now=now)
    return queries.member_of(row, ring_of(session)), link


async def offer_link(
    session: AsyncSession, *, staff_id: UUID, by: Caller, now: datetime
) -> tuple[Member, Link]:
    """Make a new link for somebody: to join by, or to set a new password.

    The last one stops working. Raises what `_reach` raises, MemberSuspended.
    """
    row = _target(await _reach(session, staff_id, by), staff_id)
    state = queries.state_of(row)
    if state is State.SUSPENDED:
        raise MemberSuspended
    lasting = rules.INVITATION_LASTS if state is State.INVITED else rules.RESET_LASTS
    link = links.new_link(row, lasting=lasting, now=now)
    await _record(session, events.StaffLinkMade, row, by, now)
    return queries.member_of(row, ring_of(session)), link


async def change_role(
    session: AsyncSession, *, staff_id: UUID, role: Role, by: Caller, now: datetime
) -> Member:
    """Make somebody something else; it counts from their next request.

    Raises what `_reach` raises, LastOwner.
    """
    rules.check_not_above(role, by.scopes)
    rows = await _reach(session, staff_id, by)
    row = _target(rows, staff_id)
    before = Role(row.role)
    if role is not before:
        _check_owner_left(rows, row)
        row.role = role.value
        await session.flush()
        changed = events.StaffRoleChanged(
            merchant_id=row.merchant_id,
            occurred_at=now,
            staff_id=row.id,
            actor=by.actor,
            before=before.value,
            after=role.value,
        )
        await publish(session, [changed], now=now)
    return queries.member_of(row, ring_of(session))


async def suspend(session: AsyncSession, *, staff_id: UUID, by: Caller, now: datetime) -> None:
    """Keep somebody out for the time being; their sessions end and their link is void.

    Raises what `_reach` raises, LastOwner.
    """
    rows = await _reach(session, staff_id, by)
    row = _target(rows, staff_id)
    if row.disabled_at is not None:
        return
    _check_owner_left(rows, row)
    row.disabled_at = now
    row.link_hash = row.link_expires_at = None
    await _record(session, events.StaffSuspended, row, by, now)
    await sign_out_everywhere(session, staff_id=row.id, now=now)


async def restore(session: AsyncSession, *, staff_id: UUID, by: Caller, now: datetime) -> None:
    """Let somebody back in who was suspended. Raises what `_reach` raises."""
    row = _target(await _reach(session, staff_id, by), staff_id)
    if row.disabled_at is None:
        return
    row.disabled_at = None
    await _record(session, events.StaffRestored, row, by, now)
    # One that was being renewed while they were suspended ends here.
    await sign_out_everywhere(session, staff_id=row.id, now=now)


async def remove(session: AsyncSession, *, staff_id: UUID, by: Caller, now: datetime) -> None:
    """Take somebody off the staff: no way in is left. What they did stays on record.

    Raises what `_reach` raises, LastOwner.
    """
    rows = await _reach(session, staff_id, by)
    row = _target(rows, staff_id)
    _check_owner_left(rows, row)
    await _unlist(session, row)
    row.removed_at, row.disabled_at, row.password_hash = now, None, None
    row.link_hash = row.link_expires_at = None
    await session.flush()
    removed = events.StaffRemoved(
        merchant_id=row.merchant_id,
        occurred_at=now,
        staff_id=row.id,
        actor=by.actor,
        role=row.role,
    )
    await publish(session, [removed], now=now)
    await sign_out_everywhere(session, staff_id=row.id, now=now)


async def end_sessions(session: AsyncSession, *, staff_id: UUID, by: Caller, now: datetime) -> None:
    """Sign somebody out on every device. Raises what `_reach` raises."""
    row = _target(await _reach(session, staff_id, by), staff_id)
    await sign_out_everywhere(session, staff_id=row.id, now=now)
    await _record_sign_out(session, row.id, by, now, everywhere=True)


async def leave_everywhere(session: AsyncSession, *, by: Caller, now: datetime) -> None:
    """Sign oneself out on every device."""
    await sign_out_everywhere(session, staff_id=by.subject_id, now=now)
    await _record_sign_out(session, by.subject_id, by, now, everywhere=True)


async def leave_device(
    session: AsyncSession, *, session_id: UUID, by: Caller, now: datetime
) -> None:
    """Sign oneself out on one device. Raises SessionNotFound."""
    await sign_device_out(session, staff_id=by.subject_id, session_id=session_id, now=now)
    await _record_sign_out(session, by.subject_id, by, now, everywhere=False)


async def erase(session: AsyncSession, *, staff_id: UUID, by: Caller, now: datetime) -> None:
    """Forget the name and address of somebody who was removed; done twice, it changes nothing.

    Records keep their id, and so what they did. Raises MemberNotFound, MemberStays, AboveYou.
    """
    row = await session.get(MemberRow, (merchant_of(session), staff_id), with_for_update=True)
    if row is None:
        raise MemberNotFound
    if row.removed_at is None:
        raise MemberStays
    rules.check_not_above(Role(row.role), by.scopes)
    if row.erased_at is not None:
        return
    row.email_sealed = row.email_hash = row.name_sealed = None
    row.erased_at = now
    await _record(session, events.StaffErased, row, by, now)


async def _reach(session: AsyncSession, staff_id: UUID, by: Caller) -> Sequence[MemberRow]:
    """Somebody whom the caller may change, and every owner, locked in the order of their ids.

    So of two owners who demote each other at the same instant, the second finds the first gone.
    Raises MemberNotFound, MemberGone, NotYourself, AboveYou.
    """
    rows = (
        await session.scalars(
            select(MemberRow)
            .where(
                MemberRow.merchant_id == merchant_of(session),
                or_(MemberRow.id == staff_id, MemberRow.role == Role.OWNER.value),
            )
            .order_by(MemberRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).all()
    row = _target(rows, staff_id)
    if row.removed_at is not None:
        raise MemberGone
    if by.subject_id == staff_id:
        raise NotYourself
    rules.check_not_above(Role(row.role), by.scopes)
    return rows


def _target(rows: Sequence[MemberRow], staff_id: UUID) -> MemberRow:
    row = next((row for row in rows if row.id == staff_id), None)
    if row is None:
        raise MemberNotFound
    return row


def _check_owner_left(rows: Sequence[MemberRow], leaving: MemberRow) -> None:
    def rules_the_place(row: MemberRow) -> bool:
        return row.role == Role.OWNER.value and queries.state_of(row) is State.ACTIVE

    others = [row for row in rows if row.id != leaving.id]
    if rules_the_place(leaving) and not any(map(rules_the_place, others)):
        raise LastOwner


async def _unlist(session: AsyncSession, row: MemberRow) -> None:
    ring = ring_of(session)
    email = queries.member_of(row, ring).email
    await directory.remove(
        session,
        kind=queries.STAFF,
        hashes=ring.blind_all(None, queries.STAFF, email),
        merchant_id=row.merchant_id,
        subject_id=row.id,
    )


async def _record_sign_out(
    session: AsyncSession, staff_id: UUID, by: Caller, now: datetime, *, everywhere: bool
) -> None:
    ended = events.StaffSignedOut(
        merchant_id=by.merchant_id,
        occurred_at=now,
        staff_id=staff_id,
        actor=by.actor,
        everywhere=everywhere,
    )
    await publish(session, [ended], now=now)


async def _record(
    session: AsyncSession,
    kind: type[events.StaffChanged],
    row: MemberRow,
    by: Caller,
    now: datetime,
) -> None:
    await session.flush()
    fact = kind(merchant_id=row.merchant_id, occurred_at=now, staff_id=row.id, actor=by.actor)
    await publish(session, [fact], now=now)
