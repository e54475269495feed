"""A phone is checked: a code is sent to it, and has to come back before it is over."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, messaging
from loyalnest.consents import Addressee
from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import Ask, Channel, Purpose, Source
from loyalnest.stamps.enrolling import phones
from loyalnest.stamps.enrolling.errors import CheckCodeOver, CheckCodeWrong, TooManyCodes
from loyalnest.stamps.enrolling.service.posters import check_carrier
from loyalnest.stamps.enrolling.values import CheckBy, CodeSent
from loyalnest.templates import Occasion

GOOD_FOR = timedelta(minutes=10)
TRIES = 5
KEPT = timedelta(days=1)
"""For as long it is remembered how often a phone was sent one."""
_KIND = "phone_check"
_HASHED_AS = "phone_checks.phone"
_DIGITS = 6

_FIND = text("""
SELECT id, code_hash, tries, expires_at
FROM phone_checks
WHERE merchant_id = :merchant_id AND phone_hash = ANY(:hashes)
FOR UPDATE
""")
_KEEP = text("""
INSERT INTO phone_checks (merchant_id, id, phone_hash, code_hash, tries, asked_at, expires_at)
VALUES (:merchant_id, :id, :phone_hash, :code_hash, 0, :now, :expires_at)
ON CONFLICT (merchant_id, phone_hash) DO UPDATE
SET code_hash = excluded.code_hash, tries = 0, asked_at = excluded.asked_at,
    expires_at = excluded.expires_at
RETURNING id
""")
_COUNT_TRY = text("""
UPDATE phone_checks
SET tries = tries + 1
WHERE merchant_id = :merchant_id AND id = :id
""")
_USE_UP = text("""
UPDATE phone_checks
SET expires_at = asked_at
WHERE merchant_id = :merchant_id AND id = :id
""")
_FORGET = text("DELETE FROM phone_checks WHERE asked_at < :before")


@dataclass(frozen=True, slots=True)
class _Check:
    id: UUID
    code_hash: bytes
    tries: int
    expires_at: datetime


async def send_code(
    session: AsyncSession, phone: str, *, by: CheckBy, language: str, now: datetime
) -> CodeSent:
    """Send a code to a phone, whoever's it is. The one before it is over.

    Raises TooManyCodes, CheckImpossible.
    """
    await check_carrier(session, by)
    merchant_id, ring = merchant_of(session), ring_of(session)
    before = await _find(session, phone)
    if before is not None:
        asked = (await messaging.asked_at(session, _KIND, [before.id]))[before.id]
        again_at = consents.ask_again_at(asked, now)
        if again_at is not None:
            raise TooManyCodes(retry_after_s=(again_at - now).total_seconds())
    check_id = before.id if before else new_id()
    code = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    expires_at = now + GOOD_FOR
    row = {
        "merchant_id": merchant_id,
        "id": check_id,
        "phone_hash": ring.blind(merchant_id, _HASHED_AS, phone).hash,
        "code_hash": _hash_of(session, check_id, code),
        "now": now,
        "expires_at": expires_at,
    }
    await session.execute(_KEEP, row)
    reader = Addressee(check_id, consents.Channel(by), phone, language)
    await consents.keep_addresses(session, [reader], until=expires_at)
    ask = Ask(
        merchant_id=merchant_id,
        customer_id=None,
        addressee_id=check_id,
        source=Source(_KIND, check_id, now.isoformat()),
        occasion=Occasion.PHONE_CHECK,
        purpose=Purpose.TRANSACTIONAL,
        channels=(Channel(by),),
        variables={"digits": code},
        expires_at=expires_at,
    )
    await messaging.ask(session, [ask], now=now)
    return CodeSent(phones.shown(phone), expires_at)


async def take_code(
    session: AsyncSession, phone: str, code: str, *, now: datetime
) -> DomainError | None:
    """Use up the code that was sent, or say why not: CheckCodeWrong, CheckCodeOver.

    It is not raised, for that a wrong one was tried has to be kept.
    """
    check = await _find(session, phone)
    if check is None or now >= check.expires_at or check.tries >= TRIES:
        return CheckCodeOver()
    about = {"merchant_id": merchant_of(session), "id": check.id}
    right = hmac.compare_digest(check.code_hash, _hash_of(session, check.id, code))
    await session.execute(_USE_UP if right else _COUNT_TRY, about)
    return None if right else CheckCodeWrong()


async def forget_checks(session: AsyncSession, *, now: datetime) -> int:
    """Forget who was sent a code days ago, of all merchants the session sees; how many."""
    done = await session.execute(_FORGET, {"before": now - KEPT})
    assert isinstance(done, CursorResult)
    return done.rowcount


async def _find(session: AsyncSession, phone: str) -> _Check | None:
    merchant_id = merchant_of(session)
    hashes = ring_of(session).blind_all(merchant_id, _HASHED_AS, phone)
    asked = {"merchant_id": merchant_id, "hashes": hashes}
    row = (await session.execute(_FIND, asked)).first()
    return None if row is None else _Check(row.id, bytes(row.code_hash), row.tries, row.expires_at)


def _hash_of(session: AsyncSession, check_id: UUID, code: str) -> bytes:
    """Under a key that the database lacks: a million codes are tried in a second."""
    said = check_id.bytes + code.encode()
    return hmac.digest(ring_of(session).derive(_KIND), said, "sha256")
