"""Clerks: who stamps, and the PINs they say it with."""

from datetime import datetime
from uuid import UUID

from anyio import to_thread
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.stamps.counter import queries
from loyalnest.stamps.counter.errors import ClerkNotFound, ClerkSuspended, PinLocked, PinWrong
from loyalnest.stamps.counter.events import ClerkChanged
from loyalnest.stamps.counter.keys import CLERK_NAME, CLERK_PIN
from loyalnest.stamps.counter.rules import pins
from loyalnest.stamps.counter.values import Clerk, ClerkState

_ADD = text("""
INSERT INTO clerks (merchant_id, id, name_sealed, pin_sealed, created_at, created_by)
VALUES (:merchant_id, :id, :name, :pin, :now, :actor)
""")
_CHANGE = text("""
UPDATE clerks
SET name_sealed = coalesce(:name, name_sealed),
    pin_sealed = coalesce(:pin, pin_sealed),
    wrong_pins = CASE WHEN :pin IS NULL THEN wrong_pins ELSE 0 END,
    locked_until = CASE WHEN :pin IS NULL THEN locked_until END,
    suspended_at = CASE WHEN :stays THEN suspended_at
                        WHEN :suspended THEN coalesce(suspended_at, :now) END
WHERE merchant_id = :merchant_id AND id = :id
""")
_LOCK = text("""
SELECT true FROM clerks WHERE merchant_id = :merchant_id AND id = :id FOR UPDATE
""")
_TRIED = text("""
UPDATE clerks SET wrong_pins = :wrong, locked_until = :locked_until
WHERE merchant_id = :merchant_id AND id = :id
""")


async def add_clerk(
    session: AsyncSession, *, name: str, pin: str, actor: str, now: datetime
) -> Clerk:
    """Somebody who stamps."""
    merchant_id, clerk_id, ring = merchant_of(session), new_id(), ring_of(session)
    row = {
        "merchant_id": merchant_id,
        "id": clerk_id,
        "name": ring.seal_text(merchant_id, CLERK_NAME, name),
        "pin": await _sealed_pin(session, pin),
        "now": now,
        "actor": actor,
    }
    await session.execute(_ADD, row)
    await _announce(session, clerk_id, "added", now)
    return await queries.get_clerk(session, clerk_id)


async def change_clerk(
    session: AsyncSession,
    clerk_id: UUID,
    *,
    name: str | None,
    pin: str | None,
    state: ClerkState | None,
    now: datetime,
) -> Clerk:
    """Rename somebody, give them another PIN, suspend them or let them back.

    What they stamp from now on without a network doesn't count while they are suspended. Raises
    ClerkNotFound.
    """
    merchant_id, ring = merchant_of(session), ring_of(session)
    before = await queries.get_clerk(session, clerk_id)
    await session.execute(
        _CHANGE,
        {
            "merchant_id": merchant_id,
            "id": clerk_id,
            "name": ring.seal_text(merchant_id, CLERK_NAME, name),
            "pin": None if pin is None else await _sealed_pin(session, pin),
            "stays": state is None,
            "suspended": state is ClerkState.SUSPENDED,
            "now": now,
        },
    )
    turned = state is not None and state is not before.state
    what = [
        *(["name"] if name is not None and name != before.name else []),
        *(["pin"] if pin is not None else []),
        *(["suspended" if state is ClerkState.SUSPENDED else "restored"] if turned else []),
    ]
    if what:
        await _announce(session, clerk_id, " ".join(what), now)
    return await queries.get_clerk(session, clerk_id)


async def check_pin(
    session: AsyncSession, clerk_id: UUID, pin: str, *, now: datetime
) -> DomainError | None:
    """What stands against letting somebody stamp; None: nothing.

    It is an answer and not an error: that a PIN was wrong must be committed. Five wrong ones in a
    row, and none is looked at for five minutes.
    """
    asked = {"merchant_id": merchant_of(session), "id": clerk_id}
    if await session.scalar(_LOCK, asked) is None:
        return ClerkNotFound()
    clerk = await queries.get_clerk(session, clerk_id)
    if clerk.suspended_at is not None:
        return ClerkSuspended()
    if clerk.locked_until is not None and clerk.locked_until > now:
        return PinLocked(retry_after_s=(clerk.locked_until - now).total_seconds())
    if await to_thread.run_sync(pins.matches, clerk.pin, pin):
        if clerk.wrong_pins or clerk.locked_until:
            await session.execute(_TRIED, {**asked, "wrong": 0, "locked_until": None})
        return None
    wrong, locked_until = pins.after_wrong(clerk.wrong_pins, now)
    await session.execute(_TRIED, {**asked, "wrong": wrong, "locked_until": locked_until})
    return PinWrong()


async def _sealed_pin(session: AsyncSession, pin: str) -> bytes | None:
    verifier = await to_thread.run_sync(pins.verifier_of, pin)
    text_ = queries.pin_text(verifier)
    return ring_of(session).seal_text(merchant_of(session), CLERK_PIN, text_)


async def _announce(session: AsyncSession, clerk_id: UUID, what: str, now: datetime) -> None:
    news = ClerkChanged(
        merchant_id=merchant_of(session), occurred_at=now, clerk_id=clerk_id, what=what
    )
    await publish(session, [news], now=now)
