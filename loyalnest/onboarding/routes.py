"""REST: how far the merchant has come, and what it leaves out."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Now, SignedIn, tenant
from loyalnest.onboarding import queries, service
from loyalnest.onboarding.schemas import OnboardingView
from loyalnest.onboarding.values import Step

router = APIRouter(prefix="/v1/api/onboarding", tags=["Program"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]


@router.get("", operation_id="get_onboarding")
async def get_onboarding(session: Reading) -> OnboardingView:
    """The steps from install to a live program, and which of them are done."""
    return OnboardingView.of(await queries.progress_of(session))


@router.post("/dismiss", operation_id="hide_onboarding")
async def hide_onboarding(session: Writing, caller: SignedIn, now: Now) -> OnboardingView:
    """Put the list away, whatever is left to do."""
    await service.dismiss(session, None, actor=caller.actor, now=now)
    return OnboardingView.of(await queries.progress_of(session))


@router.delete("/dismiss", operation_id="show_onboarding")
async def show_onboarding(session: Writing, now: Now) -> OnboardingView:
    """Take the list out again."""
    await service.restore(session, None, now=now)
    return OnboardingView.of(await queries.progress_of(session))


@router.post("/steps/{step}/dismiss", operation_id="dismiss_onboarding_step")
async def dismiss_step(step: Step, session: Writing, caller: SignedIn, now: Now) -> OnboardingView:
    """Leave a step out. What no program can do without is refused with `STEP_NEEDED`."""
    await service.dismiss(session, step, actor=caller.actor, now=now)
    return OnboardingView.of(await queries.progress_of(session))


@router.delete("/steps/{step}/dismiss", operation_id="restore_onboarding_step")
async def restore_step(step: Step, session: Writing, now: Now) -> OnboardingView:
    """List a step again that was left out."""
    await service.restore(session, step, now=now)
    return OnboardingView.of(await queries.progress_of(session))
