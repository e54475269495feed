"""REST: what customers agreed to, how they want to be written to, which addresses get nothing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.consents import queries, service
from loyalnest.consents.links import confirmation_link
from loyalnest.consents.schemas import (
    AgreedView,
    ConsentSettingsChange,
    ConsentSettingsView,
    ConsentsView,
    ConsentView,
    NewConsent,
    NewSuppression,
    PreferencesBody,
    RecordedView,
    SuppressionView,
)
from loyalnest.consents.values import ADDRESS_AT_MOST, SUPPRESSION, Channel, Reason, State
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import (
    PROBLEMS,
    Now,
    Page,
    Paging,
    SignedIn,
    page_of,
    repeated,
    tenant,
)
from loyalnest.kernel.ids import from_wire

router = APIRouter(prefix="/v1/api", tags=["Consents"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("customers:read")]
Writing = Annotated[AsyncSession, tenant("customers:write")]
Looking = Annotated[AsyncSession, tenant("program:read")]
Setting = Annotated[AsyncSession, tenant("program:write")]


@router.get("/customers/{customer_id}/consents", operation_id="get_customer_consents")
async def get_customer_consents(customer_id: str, session: Reading) -> ConsentsView:
    """What a customer agrees to now, and everything they ever said, each with its proof."""
    living = await _living(session, customer_id)
    return ConsentsView(
        now=[AgreedView.of(it) for it in await queries.standings_of(session, living)],
        history=[ConsentView.of(it) for it in await queries.history_of(session, living)],
    )


@router.post(
    "/customers/{customer_id}/consents", operation_id="record_customer_consent", status_code=201
)
async def record_customer_consent(
    customer_id: str, body: NewConsent, session: Writing, caller: SignedIn, now: Now
) -> RecordedView:
    """Write down what a customer said, with what proves it. Nothing written is ever changed.

    Where the program asks twice, a yes to outreach that came by a form or at the checkout waits
    until the customer has opened the link and said yes.
    """
    kept = await service.say(
        session,
        await _living(session, customer_id),
        purpose=body.purpose,
        channel=body.channel,
        granted=body.granted,
        proof=body.proof(by=caller.actor, network=caller.network),
        at=body.at,
        now=now,
    )
    waits = kept.said.state is State.PENDING
    link = await confirmation_link(session, kept, now=now) if waits else None
    return RecordedView(**ConsentView.of(kept).model_dump(), confirmation_link=link)


@router.get("/customers/{customer_id}/preferences", operation_id="get_customer_preferences")
async def get_customer_preferences(customer_id: str, session: Reading) -> PreferencesBody:
    """How a customer wants to be written to."""
    return await _preferences(session, await _living(session, customer_id))


@router.put("/customers/{customer_id}/preferences", operation_id="save_customer_preferences")
async def save_customer_preferences(
    customer_id: str, body: PreferencesBody, session: Writing, caller: SignedIn, now: Now
) -> PreferencesBody:
    """Write to a customer like this from now on. Say all of it: what is left out is undone."""
    living = await _living(session, customer_id)
    await service.save_preferences(session, living, body.meant(), actor=caller.actor, now=now)
    return await _preferences(session, living)


@router.get("/suppressions", operation_id="list_suppressions")
async def list_suppressions(
    session: Reading,
    paging: Paging,
    channel: Annotated[Channel | None, Query(description="Only on this channel.")] = None,
    reason: Annotated[Reason | None, Query(description="Only for this reason.")] = None,
    address: Annotated[
        str | None, Query(max_length=ADDRESS_AT_MOST, description="Exactly this one.")
    ] = None,
) -> Page[SuppressionView]:
    """Addresses that get nothing, and why, the latest first."""
    found = await queries.list_suppressions(
        session,
        channel=channel,
        reason=reason,
        address=address,
        before=paging.after_id(),
        limit=paging.fetch,
    )
    return page_of(found, paging, show=SuppressionView.of, key=lambda it: (it.id,))


@router.post(
    "/suppressions",
    operation_id="suppress_address",
    status_code=201,
    responses=repeated(SuppressionView),
)
async def suppress_address(
    body: NewSuppression, session: Writing, caller: SignedIn, now: Now, response: Response
) -> SuppressionView:
    """Let an address get nothing from now on. One that gets nothing for this reason already is
    left as it is (200)."""
    kept, fresh = await service.suppress(
        session,
        channel=body.channel,
        address=body.address,
        reason=body.reason,
        by=caller.actor,
        now=now,
    )
    if not fresh:
        response.status_code = 200
    return SuppressionView.of(kept)


@router.delete("/suppressions/{suppression_id}", operation_id="lift_suppression", status_code=204)
async def lift_suppression(suppression_id: str, session: Writing, now: Now) -> None:
    """Let an address get messages again that had bounced, or was wrong.

    Where somebody said no themselves, only a new consent of theirs lifts it.
    """
    await service.lift(session, from_wire(SUPPRESSION, suppression_id), now=now)


@router.get("/consent-settings", operation_id="get_consent_settings")
async def get_consent_settings(session: Looking) -> ConsentSettingsView:
    """How the program asks for consent, and when it keeps quiet."""
    return ConsentSettingsView.of(await queries.current_settings(session))


@router.put("/consent-settings", operation_id="save_consent_settings")
async def save_consent_settings(
    body: ConsentSettingsChange, session: Setting, caller: SignedIn, now: Now
) -> ConsentSettingsView:
    """Ask, and keep quiet, like this from now on."""
    saved = await service.save_settings(
        session, body.settings, read_version=body.version, actor=caller.actor, now=now
    )
    return ConsentSettingsView.of(saved)


async def _living(session: AsyncSession, wire: str) -> UUID:
    asked = from_wire(customers.WIRE_PREFIX, wire)
    return (await customers.get_living(session, asked)).id


async def _preferences(session: AsyncSession, customer_id: UUID) -> PreferencesBody:
    found = await queries.preferences_of(session, merchant_of(session), [customer_id])
    return PreferencesBody.of(found[customer_id])
