"""REST: what tiers bring besides points, for those who decide it, and for those who have it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Now, Page, SignedIn, tenant
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.kernel.languages import Wanted, chosen
from loyalnest.storefront import perks, queries, service
from loyalnest.storefront.gathering import nudge_in
from loyalnest.storefront.schemas import (
    AccessView,
    NewPerk,
    OwnPerksView,
    OwnPerkView,
    PerkChange,
    PerkView,
)
from loyalnest.storefront.shown import ShownNudge
from loyalnest.storefront.values import PERK, ContentState, Perk, PerkId

perks_router = APIRouter(prefix="/v1/api/content", tags=["On site"], responses=PROBLEMS)
own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
Looking = Annotated[AsyncSession, tenant("customers:read")]


@perks_router.get("/perks", operation_id="list_perks")
async def list_perks(session: Reading) -> Page[PerkView]:
    """What tiers bring besides points, the oldest first, and who makes sure of it."""
    found = await perks.list_perks(session)
    held = await perks.held_by(session, found)
    return Page(items=[PerkView.of(it, held[it.id]) for it in found])


@perks_router.post("/perks", operation_id="create_perk", status_code=201)
async def create_perk(body: NewPerk, session: Writing, caller: SignedIn, now: Now) -> PerkView:
    """Add a perk. A reward is one where it is for no other tiers than the perk's."""
    made = await service.create_perk(
        session, body.terms, state=body.state, actor=caller.actor, now=now
    )
    return await _view(session, made)


@perks_router.get("/perks/{perk_id}", operation_id="get_perk")
async def get_perk(perk_id: str, session: Reading) -> PerkView:
    """One perk."""
    return await _view(session, await perks.get_perk(session, _id(perk_id)))


@perks_router.put("/perks/{perk_id}", operation_id="save_perk")
async def save_perk(
    perk_id: str, body: PerkChange, session: Writing, caller: SignedIn, now: Now
) -> PerkView:
    """Change a perk from now on, switch it on, or put it away."""
    saved = await service.save_perk(
        session,
        _id(perk_id),
        body.terms,
        state=body.state,
        read_version=body.version,
        actor=caller.actor,
        now=now,
    )
    return await _view(session, saved)


@perks_router.get("/access", operation_id="get_product_access")
async def get_product_access(
    session: Looking,
    now: Now,
    product: Annotated[str, Query(min_length=1, max_length=255, description="The shop's id.")],
    customer_id: Annotated[str | None, Query(description="Without: for a guest.")] = None,
) -> AccessView:
    """Whether somebody may see a product now: for a shop to ask before it shows or sells it."""
    living = None
    if customer_id is not None:
        told = from_wire(customers.WIRE_PREFIX, customer_id)
        living = (await customers.get_living(session, told)).id
    return AccessView.of(await perks.access(session, product, customer_id=living, now=now))


@own_router.get("/perks", operation_id="get_own_perks")
async def get_own_perks(
    me: customers.Looking, now: Now, language: customers.Language
) -> OwnPerksView:
    """What your tier brings you besides points, what others would, and what is said to it alone."""
    tier = await perks.tier_of(me.session, me.id, now=now)
    wanted = await me.wants(language)
    found = await perks.list_perks(me.session, state=ContentState.ACTIVE)
    # Whoever refuses to be judged by what they buy is spoken to like everybody else.
    alone = await consents.is_refused(me.session, me.id, consents.Purpose.RFM_TRACKING)
    return OwnPerksView(
        tier=tier,
        perks=[_own(it, tier, wanted, now) for it in found],
        nudges=[] if alone else await _said_to(me.session, tier, wanted, now),
    )


def _own(perk: Perk, tier: str | None, wanted: Wanted, now: datetime) -> OwnPerkView:
    terms, open_ = perk.terms, perk.terms.is_open(tier, now)
    return OwnPerkView(
        id=to_wire(PERK, perk.id),
        kind=terms.kind,
        name=wanted.said_in(terms.names, terms.name),
        text=wanted.said_in(terms.texts, terms.text or "") or None,
        tiers=list(terms.tiers),
        open=open_,
        starts_at=terms.starts_at,
        everybody_at=terms.everybody_at,
        link=terms.link if open_ else None,
        reward_id=terms.reward_id,
    )


async def _said_to(
    session: AsyncSession, tier: str | None, wanted: Wanted, now: datetime
) -> list[ShownNudge]:
    program = await merchants.program_of(session, merchant_of(session))
    if not program.at(now).settings.runs("nudges"):
        return []
    language = chosen((wanted.explicit, wanted.customer, wanted.shop))
    return [
        nudge_in(it, language)
        for it in await queries.list_nudges(session, state=ContentState.ACTIVE)
        if it.is_shown(now)
        and not it.terms.is_public
        and (tier in it.terms.tiers or not it.terms.tiers)
    ]


async def _view(session: AsyncSession, perk: Perk) -> PerkView:
    return PerkView.of(perk, (await perks.held_by(session, [perk]))[perk.id])


def _id(told: str) -> PerkId:
    return PerkId(from_wire(PERK, told))
