"""REST: who belongs to the staff, and as what."""

from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.staff import queries
from loyalnest.staff.errors import MemberErasureUnconfirmed
from loyalnest.staff.schemas import (
    Invitation,
    LinkMade,
    MemberErasure,
    MemberExport,
    MemberView,
    NewRole,
    RoleView,
)
from loyalnest.staff.service import team
from loyalnest.staff.values import Role

Reading = Annotated[AsyncSession, tenant("staff:read")]
Writing = Annotated[AsyncSession, tenant("staff:write")]


@cache
def router_of() -> APIRouter:
    """The list of people, and what is done to one of them."""
    router = APIRouter(prefix="/v1/api/staff", tags=["Staff"], responses=PROBLEMS)
    router.get("", operation_id="list_staff")(list_staff)
    router.get("/roles", operation_id="list_roles")(list_roles)
    router.post("/invitations", operation_id="invite_staff", status_code=201)(invite_staff)
    one = "/{staff_id}"
    router.get(one, operation_id="get_staff")(get_staff)
    router.delete(one, operation_id="remove_staff", status_code=204)(remove_staff)
    router.put(one + "/role", operation_id="change_staff_role")(change_staff_role)
    router.put(one + "/suspension", operation_id="suspend_staff", status_code=204)(suspend_staff)
    router.delete(one + "/suspension", operation_id="restore_staff", status_code=204)(restore_staff)
    router.post(one + "/link", operation_id="offer_staff_link", status_code=201)(offer_staff_link)
    router.delete(one + "/sessions", operation_id="end_staff_sessions", status_code=204)(
        end_staff_sessions
    )
    router.get(one + "/export", operation_id="export_staff")(export_staff)
    router.post(one + "/erase", operation_id="erase_staff", status_code=204)(erase_staff)
    return router


async def list_staff(
    session: Reading,
    paging: Paging,
    former: Annotated[bool, Query(description="Those who were removed, instead.")] = False,
) -> Page[MemberView]:
    """The people of the staff, longest-serving first, also those invited or suspended."""
    found = await queries.list_members(
        session, former=former, after=paging.after_id(), limit=paging.fetch
    )
    seen = await queries.last_seen(session, [member.id for member in found])
    return page_of(
        found,
        paging,
        show=lambda member: MemberView.of(member, seen.get(member.id)),
        key=lambda member: (member.id,),
    )


async def list_roles(session: Reading) -> Page[RoleView]:
    """What each role may do, from the one that may do most."""
    return Page(items=[RoleView.of(role) for role in Role])


async def invite_staff(
    body: Invitation, session: Writing, caller: SignedIn, now: Now, response: Response
) -> LinkMade:
    """Invite somebody, or somebody back. The answer holds the link they join by.

    Nobody can show it again. It works once, for seven days. Nobody gives a role that may do more
    than they may themself.
    """
    response.headers["Cache-Control"] = "no-store"
    return LinkMade.of(
        *await team.invite(session, email=body.email, role=body.role, by=caller, now=now)
    )


async def get_staff(staff_id: str, session: Reading) -> MemberView:
    """One of the staff, removed ones too."""
    member = await queries.get_member(session, from_wire("stf", staff_id))
    seen = await queries.last_seen(session, [member.id])
    return MemberView.of(member, seen.get(member.id))


async def change_staff_role(
    staff_id: str, body: NewRole, session: Writing, caller: SignedIn, now: Now
) -> MemberView:
    """Give somebody another role; it counts from their next request.

    Neither the role nor whoever gets it may do more than you; the last owner stays one.
    """
    id_ = from_wire("stf", staff_id)
    member = await team.change_role(session, staff_id=id_, role=body.role, by=caller, now=now)
    seen = await queries.last_seen(session, [member.id])
    return MemberView.of(member, seen.get(member.id))


async def suspend_staff(staff_id: str, session: Writing, caller: SignedIn, now: Now) -> None:
    """Keep somebody out for the time being; their sessions end at once."""
    await team.suspend(session, staff_id=from_wire("stf", staff_id), by=caller, now=now)


async def restore_staff(staff_id: str, session: Writing, caller: SignedIn, now: Now) -> None:
    """Let somebody who was suspended back in; they sign in anew."""
    await team.restore(session, staff_id=from_wire("stf", staff_id), by=caller, now=now)


async def remove_staff(staff_id: str, session: Writing, caller: SignedIn, now: Now) -> None:
    """Take somebody off the staff; what they did stays on record. They can be invited again."""
    await team.remove(session, staff_id=from_wire("stf", staff_id), by=caller, now=now)


async def offer_staff_link(
    staff_id: str, session: Writing, caller: SignedIn, now: Now, response: Response
) -> LinkMade:
    """A new link for somebody: to join by, or, for a day, to set a new password.

    The last one stops working; the password they have goes on until the link is used.
    """
    response.headers["Cache-Control"] = "no-store"
    id_ = from_wire("stf", staff_id)
    return LinkMade.of(*await team.offer_link(session, staff_id=id_, by=caller, now=now))


async def end_staff_sessions(staff_id: str, session: Writing, caller: SignedIn, now: Now) -> None:
    """Sign somebody out on every device."""
    await team.end_sessions(session, staff_id=from_wire("stf", staff_id), by=caller, now=now)


async def export_staff(staff_id: str, session: Writing, now: Now) -> MemberExport:
    """All that is known of somebody, in plain form, to be handed to them.

    What they did is in the log of events, under their id.
    """
    member = await queries.get_member(session, from_wire("stf", staff_id))
    seen = await queries.last_seen(session, [member.id])
    devices = await queries.list_devices(session, member.id, now=now)
    return MemberExport.holding(member, seen.get(member.id), devices)


async def erase_staff(
    staff_id: str, body: MemberErasure, session: Writing, caller: SignedIn, now: Now
) -> None:
    """Forget the name and address of somebody who was removed, for good.

    Records keep their id, and so what they did. Repeated, it changes nothing.
    """
    if body.confirm != staff_id:
        raise MemberErasureUnconfirmed
    await team.erase(session, staff_id=from_wire("stf", staff_id), by=caller, now=now)
