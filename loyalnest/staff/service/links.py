"""Links that work once: by them somebody joins, or sets a new password.

What is kept of a link is the hash of its secret, in the row of whom it is for: a new one replaces
the last, and whoever is suspended or removed loses it.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import to_wire
from loyalnest.staff import events, queries, rules, tokens
from loyalnest.staff.models import MemberRow
from loyalnest.staff.service.members import NAME
from loyalnest.staff.service.sessions import sign_out_everywhere
from loyalnest.staff.values import Link, Member, State


def new_link(row: MemberRow, *, lasting: timedelta, now: datetime) -> Link:
    """Make a link for this member; the caller flushes."""
    secret = rules.new_secret("")
    row.link_hash, row.link_expires_at = rules.secret_hash(secret), now + lasting
    return Link(tokens.make_link_token(row.merchant_id, row.id, secret), now + lasting)


async def use_link(
    session: AsyncSession,
    *,
    staff_id: UUID,
    secret: str,
    password_hash: str,
    name: str | None,
    now: datetime,
) -> Member:
    """Take a link up: set the password and, where one is given, the name; whoever is signed in as
    them is signed out.

    Of two who use it at the same instant one comes too late. Raises LinkUsed, LinkExpired.
    """
    row = await session.get(MemberRow, (merchant_of(session), staff_id), with_for_update=True)
    rules.check_link(row and row.link_hash, row and row.link_expires_at, secret, now)
    assert row is not None
    joining = queries.state_of(row) is State.INVITED
    row.link_hash = row.link_expires_at = None
    row.password_hash = password_hash
    if name is not None:
        row.name_sealed = ring_of(session).seal_text(row.merchant_id, NAME, name)
    await session.flush()
    await sign_out_everywhere(session, staff_id=staff_id, now=now)
    actor = f"staff:{to_wire('stf', staff_id)}"
    fact = (
        events.StaffJoined(
            merchant_id=row.merchant_id,
            occurred_at=now,
            staff_id=staff_id,
            actor=actor,
            role=row.role,
        )
        if joining
        else events.StaffPasswordChanged(
            merchant_id=row.merchant_id, occurred_at=now, staff_id=staff_id, actor=actor
        )
    )
    await publish(session, [fact], now=now)
    return queries.member_of(row, ring_of(session))
