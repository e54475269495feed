"""Codes that advocates pass on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, earning, merchants
from loyalnest.consents import Purpose
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.errors import Conflict
from loyalnest.merchants import Switch
from loyalnest.referrals import errors, queries, rules
from loyalnest.referrals.values import Code, ReferralSettings

_ADD = text("""
INSERT INTO referral_codes (merchant_id, code, customer_id, created_at)
VALUES (:merchant_id, :code, :customer_id, :now)
ON CONFLICT DO NOTHING
""")
_REFUSED = consents.refused(Purpose.REFERRALS, merchant="c.merchant_id", customer="c.id")
_BELONGS_TO_SOMEBODY = text(f"""
SELECT true
FROM referral_codes r
JOIN customers c ON c.merchant_id = r.merchant_id AND c.id = r.customer_id
WHERE r.merchant_id = :merchant_id AND r.code = :code AND c.erased_at IS NULL
  AND NOT {_REFUSED}
""")  # noqa: S608
_ATTEMPTS = 5


async def check_offered(
    session: AsyncSession, settings: ReferralSettings, *, now: datetime
) -> None:
    """Raises ReferralsOff, ReferralsPaused, ProgramPaused, ProgramOff."""
    program = (await merchants.program_of(session, merchant_of(session))).at(now).settings
    earning.check_running(program)
    if not settings.enabled or program.switches.referrals is Switch.OFF:
        raise errors.ReferralsOff
    if program.switches.referrals is Switch.PAUSED:
        raise errors.ReferralsPaused


async def invites(session: AsyncSession, code: str, *, now: datetime) -> bool:
    """Whether a code can bring somebody at this moment, however it was typed."""
    about = {"merchant_id": merchant_of(session), "code": rules.normal_code(code)}
    if await session.scalar(_BELONGS_TO_SOMEBODY, about) is None:
        return False
    try:
        await check_offered(session, (await queries.settings_of(session)).settings, now=now)
    except Conflict:
        return False
    return True


async def code_of(session: AsyncSession, customer_id: UUID, *, now: datetime) -> Code:
    """A customer's code: made when it is asked for first, the same ever after.

    Raises CustomerNotFound, CustomerGone, ReferralsRefused, and what `check_offered` does.
    """
    customer = await customers.get(session, customer_id)
    living = customer.merged_into or customer.id
    if customer.erased_at is not None:
        raise customers.CustomerGone
    await check_offered(session, (await queries.settings_of(session)).settings, now=now)
    if await consents.is_refused(session, living, Purpose.REFERRALS):
        raise errors.ReferralsRefused
    # A code that is taken, or a twin of this request, leaves nothing behind: look, and try again.
    for _ in range(_ATTEMPTS):
        found = await queries.find_code_of(session, living)
        if found is not None:
            return found
        about = {
            "merchant_id": merchant_of(session),
            "code": rules.make_code(),
            "customer_id": living,
            "now": now,
        }
        await session.execute(_ADD, about)
    raise errors.CodesExhausted
