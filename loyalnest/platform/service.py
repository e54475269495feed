"""Use cases of the platform operator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, merchants, staff
from loyalnest.kernel.database import act_as_platform, act_for


@dataclass(frozen=True, slots=True)
class Opened:
    """A merchant that can begin, and how its owner gets in the first time."""

    merchant: merchants.Merchant
    owner_password: str | None
    """Made up, and shown to nobody again; None where no owner was named."""


async def open_merchant(
    session: AsyncSession,
    *,
    handle: str,
    name: str,
    currency: str,
    time_zone: str,
    now: datetime,
    actor: str,
    owner_email: str | None = None,
) -> Opened:
    """Open a merchant with its program, its points and, where one is named, its owner.

    For a platform session. Raises what `merchants.create` and `staff.create_member` raise.
    """
    merchant = await merchants.create(
        session,
        handle=handle,
        name=name,
        currency=currency,
        time_zone=time_zone,
        now=now,
        actor=actor,
    )
    await act_for(session, [merchant.id])
    await ledger.open_unit(session, merchant_id=merchant.id, now=now)
    password = None
    if owner_email is not None:
        password = staff.made_up_password()
        await staff.create_member(
            session, email=owner_email, role=staff.Role.OWNER, password=password, now=now
        )
    await act_as_platform(session)
    return Opened(merchant, password)
