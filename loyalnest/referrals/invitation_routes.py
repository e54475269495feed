"""REST: friends whom the program invites, for customers themselves and for whoever runs it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, messaging
from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, page_of
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.referrals import invitations, queries, service
from loyalnest.referrals.invited import Invitation, InvitationState, Invited
from loyalnest.referrals.inviting import AT_ONCE
from loyalnest.referrals.routes import Changing, Looking, living_of
from loyalnest.referrals.schemas import CustomerRef
from loyalnest.referrals.values import WIRE_PREFIX, InviteBy

WIRE = "inv"
_SHOWN = 50

own_invitations_router = APIRouter(
    prefix="/v1/api/me/invitations", tags=["Own account"], responses=PROBLEMS
)
invitations_router = APIRouter(
    prefix="/v1/api/referrals/invitations", tags=["Referrals"], responses=PROBLEMS
)


class FriendsToInvite(BaseModel):
    """Friends, and how they are reached. Nothing that you write is sent but a name."""

    model_config = ConfigDict(extra="forbid")

    channel: InviteBy = InviteBy.EMAIL
    addresses: list[Annotated[str, Field(min_length=1, max_length=320)]] = Field(
        min_length=1,
        max_length=AT_ONCE,
        description="E-mail addresses, or numbers with their country.",
        examples=[["bea@example.com"]],
    )
    name: str | None = Field(
        default=None,
        max_length=60,
        description="Who invites; else the customer's own first name. Three words of letters at"
        " most: what is no name is left out.",
    )
    language: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        max_length=35,
        description="What the friends read; else the customer's own language.",
    )


class FriendsOfCustomer(FriendsToInvite):
    """The same, in a customer's name."""

    advocate_customer_id: CustomerRef


class InvitedView(BaseModel):
    """What becomes of each address, in their order.

    An address that is accepted is not for that a stranger's: whether a friend is a customer, wants
    no mail or was invited by somebody else is told to nobody.
    """

    answers: list[Invited]


class OwnInvitationView(BaseModel):
    """Somebody whom you had invited."""

    channel: InviteBy
    state: InvitationState
    asked_at: datetime

    @classmethod
    def of(cls, it: Invitation) -> "OwnInvitationView":
        return cls(channel=it.channel, state=it.state, asked_at=it.asked_at)


class OwnInvitationsView(BaseModel):
    """What you may have sent, and how your friends are coming along."""

    channels: list[InviteBy] = Field(
        description="How the program sends invitations; none: pass your link on yourself."
    )
    at_once: int
    items: list[OwnInvitationView] = Field(description="The latest fifty, the latest first.")


class InvitationView(OwnInvitationView):
    """Somebody who was invited. Who it was is kept by nobody."""

    id: str = Field(examples=["inv_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    advocate_customer_id: CustomerRef
    message_id: str | None = Field(
        description="Null: nothing was sent, for the friend is a customer or was invited lately."
    )
    sent_at: datetime | None
    clicked_at: datetime | None
    referral_id: str | None = Field(description="What came of it.")

    @classmethod
    def of(cls, it: Invitation) -> "InvitationView":
        return cls(
            id=to_wire(WIRE, it.id),
            advocate_customer_id=to_wire(customers.WIRE_PREFIX, it.advocate_id),
            channel=it.channel,
            state=it.state,
            asked_at=it.asked_at,
            message_id=it.message_id and to_wire(messaging.WIRE_PREFIX, it.message_id),
            sent_at=it.sent_at,
            clicked_at=it.clicked_at,
            referral_id=it.referral_id and to_wire(WIRE_PREFIX, it.referral_id),
        )


@own_invitations_router.get("", operation_id="get_own_invitations")
async def get_own_invitations(me: customers.Looking) -> OwnInvitationsView:
    """How friends can be invited, and what became of those who were."""
    settings = (await queries.settings_of(me.session)).settings
    found = await invitations.list_invitations(me.session, advocate=me.id, limit=_SHOWN)
    return OwnInvitationsView(
        channels=await invitations.ways_of(me.session, settings),
        at_once=AT_ONCE,
        items=[OwnInvitationView.of(it) for it in found],
    )


@own_invitations_router.post("", operation_id="invite_own_friends", status_code=202)
async def invite_own_friends(body: FriendsToInvite, me: customers.Looking, now: Now) -> InvitedView:
    """Have friends invited in your name, ten at once.

    They get your link, in one message, and not another from this shop for 90 days. Their addresses
    are forgotten once it is sent.
    """
    answers = await _invite(me.session, body, me.id, now)
    return InvitedView(answers=answers)


@invitations_router.post("", operation_id="invite_friends", status_code=202)
async def invite_friends(body: FriendsOfCustomer, session: Changing, now: Now) -> InvitedView:
    """Have friends invited in a customer's name, who has asked your program for it."""
    advocate = from_wire(customers.WIRE_PREFIX, body.advocate_customer_id)
    return InvitedView(answers=await _invite(session, body, advocate, now))


@invitations_router.get("", operation_id="list_invitations")
async def list_invitations(
    session: Looking,
    paging: Paging,
    customer_id: Annotated[str | None, Query(description="Only this advocate's.")] = None,
) -> Page[InvitationView]:
    """Friends who were invited, and what came of it, the latest first."""
    found: Sequence[Invitation] = await invitations.list_invitations(
        session,
        advocate=None if customer_id is None else await living_of(session, customer_id),
        before=paging.after_id(),
        limit=paging.fetch,
    )
    return page_of(found, paging, show=InvitationView.of, key=lambda it: (it.id,))


async def _invite(
    session: AsyncSession, body: FriendsToInvite, advocate: UUID, now: datetime
) -> list[Invited]:
    return await service.invite(
        session,
        advocate,
        body.addresses,
        by=body.channel,
        name=body.name,
        language=body.language,
        now=now,
    )
