"""Named reads: what the merchant's data says about each step."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.merchants import Switch
from loyalnest.onboarding.values import Progress, Stand, Step

LIST = "list"
"""Under which name the whole list is dismissed."""

# Each asks whether there is one, so that the answer costs the same whatever the size.
_FACTS = text("""
SELECT EXISTS (
           SELECT FROM stores WHERE merchant_id = :merchant_id AND uninstalled_at IS NULL
       ) AS store,
       EXISTS (
           SELECT FROM program_versions WHERE merchant_id = :merchant_id AND version > 1
       ) AS earning,
       EXISTS (
           SELECT FROM rewards WHERE merchant_id = :merchant_id AND state = 'active'
       ) AS reward,
       EXISTS (
           SELECT FROM branding_versions WHERE merchant_id = :merchant_id
       ) AS branding,
       (
           SELECT count(*) > 1 FROM staff_members
           WHERE merchant_id = :merchant_id AND disabled_at IS NULL
       ) AS staff,
       EXISTS (
           SELECT FROM customers WHERE merchant_id = :merchant_id AND enrolled_at IS NOT NULL
       ) AS member,
       EXISTS (
           SELECT FROM units u
           JOIN accounts a ON a.merchant_id = u.merchant_id AND a.unit_id = u.id
           WHERE u.merchant_id = :merchant_id AND u.code = 'points'
             AND (a.lifetime_earned > 0 OR a.available > 0 OR a.pending > 0)
       ) AS points,
       EXISTS (
           SELECT FROM redemptions WHERE merchant_id = :merchant_id AND given_for IS NULL
       ) AS redeemed
""")
_DISMISSED = text("SELECT step FROM onboarding_dismissals WHERE merchant_id = :merchant_id")


async def progress_of(session: AsyncSession) -> Progress:
    """How far the session's merchant has come."""
    merchant_id = merchant_of(session)
    about = {"merchant_id": merchant_id}
    facts = (await session.execute(_FACTS, about)).mappings().one()
    dismissed = set(await session.scalars(_DISMISSED, about))
    program = (await merchants.program_of(session, merchant_id)).current.settings
    running = program.switches.program is Switch.ON
    done = {Step.RUNNING: running, **{Step(name): bool(it) for name, it in facts.items()}}
    steps = [Stand(step, done[step], step.value in dismissed) for step in Step]
    return Progress(steps, hidden=LIST in dismissed)
