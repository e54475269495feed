"""Changing the program, and what its points feel of it: nothing expires while it is paused."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, merchants
from loyalnest.merchants import ProgramSettings, ProgramVersion, Switch


async def save_program(
    session: AsyncSession,
    settings: ProgramSettings,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> ProgramVersion:
    """Make these settings the program from now on; what was earned before stays as it is.

    Saving what is already in force changes nothing and returns the version in force. With
    `read_version` only that version is replaced. Raises ProgramStale.
    """
    saved = await merchants.save_program(
        session, settings, read_version=read_version, actor=actor, now=now
    )
    await _let_time_pass_or_not(session, saved, now=now)
    return saved


async def switch(
    session: AsyncSession, name: str, state: Switch, *, actor: str, now: datetime
) -> ProgramVersion:
    """Switch the program, a part of it or an earning rule on, off, or to a pause.

    Raises SwitchUnknown.
    """
    saved = await merchants.switch(session, name, state, actor=actor, now=now)
    await _let_time_pass_or_not(session, saved, now=now)
    return saved


async def _let_time_pass_or_not(
    session: AsyncSession, version: ProgramVersion, *, now: datetime
) -> None:
    # The merchant's row is locked: of two who switch at once, the second sees what the first did.
    units = await ledger.units_of(session, [version.merchant_id])
    for unit in units.values():
        if version.settings.switches.program is Switch.PAUSED:
            await ledger.pause_expiry(session, unit, now=now)
        else:
            await ledger.resume_expiry(session, unit, now=now)
