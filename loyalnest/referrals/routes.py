"""REST: referrals, their review, and merchants who bring merchants."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import (
    PROBLEMS,
    Address,
    Db,
    Now,
    Page,
    Paging,
    SignedIn,
    page_of,
    tenant,
)
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.limits import Buckets, Policy
from loyalnest.referrals import errors, queries, service
from loyalnest.referrals.invitations import invitation_counts
from loyalnest.referrals.schemas import (
    AdvocateView,
    AnalyticsView,
    Click,
    CodeView,
    MerchantReferralsView,
    MoveView,
    NewCode,
    NewReferral,
    ProgressView,
    ReferralView,
    SettingsChange,
    SettingsView,
    Verdict,
)
from loyalnest.referrals.values import WIRE_PREFIX, Days, Referral, ReferralId, Review, Status

router = APIRouter(prefix="/v1/api/referrals", tags=["Referrals"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
Looking = Annotated[AsyncSession, tenant("customers:read")]
Changing = Annotated[AsyncSession, tenant("customers:write")]
Deciding = Annotated[AsyncSession, tenant("points:write")]

CLICKS = Policy("referral-clicks", 60, 60)
_clicks = Buckets(CLICKS)
_LONGEST = timedelta(days=3660)


@router.get("/settings", operation_id="get_referral_settings")
async def get_referral_settings(session: Reading) -> SettingsView:
    """What the merchant promises for referrals."""
    return SettingsView.of(await queries.settings_of(session))


@router.put("/settings", operation_id="save_referral_settings")
async def save_referral_settings(
    body: SettingsChange, session: Writing, caller: SignedIn, now: Now
) -> SettingsView:
    """Promise this for referrals that begin from now on; those that began keep their settings.

    Switched off, no new codes and no new referrals are taken; what began is kept to.
    """
    saved = await service.save(
        session, body.settings, read_version=body.version, actor=caller.actor, now=now
    )
    return SettingsView.of(saved)


@router.get("/settings/versions", operation_id="list_referral_settings_versions")
async def list_referral_settings_versions(session: Reading) -> Page[SettingsView]:
    """Every version of the settings, the newest first."""
    return Page(items=[SettingsView.of(each) for each in await queries.versions_of(session)])


@router.post("/create", operation_id="create_referral_code")
async def create_referral_code(body: NewCode, session: Changing, now: Now) -> CodeView:
    """A customer's code, made when it is asked for first and the same ever after."""
    advocate = from_wire(customers.WIRE_PREFIX, body.advocate_customer_id)
    code = await service.code_of(session, advocate, now=now)
    await service.note_marks(session, code.customer_id, body.marks, now=now)
    settings = (await queries.settings_of(session)).settings
    return CodeView.of(code, await queries.link_of(session, settings))


@router.post("/complete", operation_id="complete_referral")
async def complete_referral(
    body: NewReferral, session: Changing, caller: SignedIn, now: Now
) -> ReferralView:
    """A friend uses a code: on signing up, at the checkout, or up to a day after an order.

    It counts once the friend's first paid order is past its return window, or at once where the
    merchant asks for a sign-up alone. The same friend with the same code gets the same answer.
    """
    claimed = await service.claim(
        session,
        code=body.referral_code,
        friend_id=from_wire(customers.WIRE_PREFIX, body.friend_customer_id),
        channel=body.channel,
        marks=body.marks,
        actor=caller.actor,
        now=now,
    )
    return await _shown(session, claimed.referral)


@router.get("/status", operation_id="list_referrals")
async def list_referrals(
    session: Looking,
    paging: Paging,
    status: Annotated[Status | None, Query(description="Only those that stand so.")] = None,
    review: Annotated[
        Review | None, Query(description="`waiting`: those that somebody has to look at.")
    ] = None,
    referral_code: Annotated[str | None, Query(max_length=40)] = None,
    customer_id: Annotated[str | None, Query(description="Only this advocate's.")] = None,
    friend_customer_id: Annotated[
        str | None, Query(description="Only those that brought this friend.")
    ] = None,
    owed: Annotated[
        bool, Query(description="Only those with a reward that could not be given yet.")
    ] = False,
) -> Page[ReferralView]:
    """Referrals and where they stand, the newest first."""
    advocate = None if customer_id is None else await living_of(session, customer_id)
    friend = None if friend_customer_id is None else await living_of(session, friend_customer_id)
    found = await queries.list_referrals(
        session,
        status=status,
        review=review,
        code=referral_code,
        advocate=advocate,
        friend=friend,
        owed=owed,
        before=paging.after_id(),
        limit=paging.fetch,
    )
    people = await _people_of(session, found)
    gifts = await queries.gifts_of(session, [it.id for it in found])
    return page_of(
        found,
        paging,
        show=lambda it: ReferralView.of(it, people, gifts[it.id]),
        key=lambda it: (it.id,),
    )


@router.get("/progress", operation_id="get_referral_progress")
async def get_referral_progress(customer_id: str, session: Looking) -> ProgressView:
    """What a customer's code has brought so far, and when the next friend may count."""
    found = await queries.progress_of(session, await living_of(session, customer_id))
    return ProgressView.of(found)


@router.get("/advocate", operation_id="get_referral_advocate")
async def get_referral_advocate(customer_id: str, session: Looking) -> AdvocateView:
    """The code that a customer passes on, if they have asked for one, and what it has brought."""
    living = await living_of(session, customer_id)
    settings = (await queries.settings_of(session)).settings
    return AdvocateView.of(
        await queries.find_code_of(session, living),
        await queries.progress_of(session, living),
        await queries.link_of(session, settings),
    )


@router.get("/analytics", operation_id="get_referral_analytics")
async def get_referral_analytics(
    session: Reading,
    now: Now,
    first: Annotated[date | None, Query(description="Else 30 days before the last.")] = None,
    last: Annotated[date | None, Query(description="Else today.")] = None,
    referral_code: Annotated[str | None, Query(max_length=40)] = None,
) -> AnalyticsView:
    """Clicks, referrals, what they cost and what they brought.

    Clicks are those of these days; everything else is about the referrals that began in them, as
    they stand by now.
    """
    merchant = await merchants.get(session, merchant_of(session))
    last = last or now.astimezone(merchant.zone).date()
    first = first or last - timedelta(days=min(30, last.toordinal() - 1))
    if not first <= last or last - first > _LONGEST:
        raise errors.DaysBackToFront
    days = Days(first, last)
    return AnalyticsView.of(
        days,
        await queries.analytics(session, days, code=referral_code),
        await invitation_counts(session, days, code=referral_code),
    )


@router.get("/merchant", operation_id="get_merchant_referrals")
async def get_merchant_referrals(session: Reading) -> MerchantReferralsView:
    """Merchants that this one brought to the installation: each that goes live is a free month."""
    merchant = await merchants.get(session, merchant_of(session))
    return MerchantReferralsView.of(merchant.handle, await queries.merchants_brought(session))


@router.post("/click", operation_id="count_referral_click", status_code=204)
async def count_referral_click(body: Click, db: Db, address: Address, now: Now) -> Response:
    """Count a click on a link. Anybody may say so; nothing about them is kept.

    The answer is the same whether there is such a code or not.
    """
    verdict = _clicks.take(address)
    if not verdict.allowed:
        raise errors.TooManyClicks(retry_after_s=verdict.retry_after_s)
    async with db.platform() as session:
        merchant = await merchants.find_by_handle(session, body.merchant)
    if merchant is not None:
        async with db.tenant(merchant.id) as session:
            await service.count_click(session, body.referral_code, body.channel, now=now)
    return Response(status_code=204)


@router.get("/{referral_id}", operation_id="get_referral")
async def get_referral(referral_id: str, session: Looking) -> ReferralView:
    """One referral."""
    return await _shown(session, await queries.get(session, _id(referral_id)))


@router.get("/{referral_id}/moves", operation_id="list_referral_moves")
async def list_referral_moves(referral_id: str, session: Looking) -> Page[MoveView]:
    """What became of a referral step by step, the latest first."""
    found = await queries.get(session, _id(referral_id))
    return Page(items=[MoveView.of(each) for each in await queries.moves_of(session, found.id)])


@router.post("/{referral_id}/approve", operation_id="approve_referral")
async def approve_referral(
    referral_id: str, body: Verdict, session: Deciding, caller: SignedIn, now: Now
) -> ReferralView:
    """Let a referral count as soon as the friend has done what it takes."""
    found = await service.approve(
        session, _id(referral_id), note=body.note, actor=caller.actor, now=now
    )
    return await _shown(session, found)


@router.post("/{referral_id}/reject", operation_id="reject_referral")
async def reject_referral(
    referral_id: str, body: Verdict, session: Deciding, caller: SignedIn, now: Now
) -> ReferralView:
    """Don't let a referral count; what was given for it is taken back."""
    found = await service.reject(
        session, _id(referral_id), note=body.note, actor=caller.actor, now=now
    )
    return await _shown(session, found)


@router.post("/{referral_id}/reconsider", operation_id="reconsider_referral")
async def reconsider_referral(
    referral_id: str, body: Verdict, session: Deciding, caller: SignedIn, now: Now
) -> ReferralView:
    """Take back what was said of a referral: it waits in the queue again, or stands by itself."""
    found = await service.reconsider(
        session, _id(referral_id), note=body.note, actor=caller.actor, now=now
    )
    return await _shown(session, found)


async def _shown(session: AsyncSession, referral: Referral) -> ReferralView:
    gifts = await queries.gifts_of(session, [referral.id])
    return ReferralView.of(referral, await _people_of(session, [referral]), gifts[referral.id])


async def _people_of(
    session: AsyncSession, referrals: Sequence[Referral]
) -> Mapping[customers.CustomerId, customers.Customer]:
    ids = {id_ for it in referrals for id_ in (it.advocate_id, it.friend_id)}
    return await customers.find_many(session, sorted(ids))


async def living_of(session: AsyncSession, customer_id: str) -> customers.CustomerId:
    """Who a customer is now, by the id that somebody knows them by. Raises CustomerNotFound."""
    found = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    return found.merged_into or found.id


def _id(wire: str) -> ReferralId:
    return ReferralId(from_wire(WIRE_PREFIX, wire))
