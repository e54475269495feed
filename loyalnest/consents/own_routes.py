"""REST for customers themselves: what they agree to, and how they want to be written to."""

from fastapi import APIRouter

from loyalnest import customers
from loyalnest.consents import queries, service
from loyalnest.consents.schemas import AgreedView, OwnConsent, OwnConsentsView, PreferencesBody
from loyalnest.consents.values import Proof, Way
from loyalnest.kernel import networks
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, IpAddress, Now

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


@own_router.get("/consents", operation_id="get_own_consents")
async def get_own_consents(me: customers.Looking) -> OwnConsentsView:
    """What you agree to."""
    found = await queries.standings_of(me.session, me.id)
    return OwnConsentsView(now=[AgreedView.of(it) for it in found])


@own_router.post("/consents", operation_id="record_own_consent", status_code=201)
async def record_own_consent(
    body: OwnConsent, me: customers.Looking, address: IpAddress, now: Now
) -> OwnConsentsView:
    """Agree to something, or say that you don't any more. It holds from this instant."""
    network = None if address is None else networks.told(address)
    proof = Proof(Way.CUSTOMER_PAGE, me.actor, body.words, body.language, None, network)
    await service.say(
        me.session,
        me.id,
        purpose=body.purpose,
        channel=body.channel,
        granted=body.granted,
        proof=proof,
        now=now,
    )
    return await get_own_consents(me)


@own_router.get("/preferences", operation_id="get_own_preferences")
async def get_own_preferences(me: customers.Looking) -> PreferencesBody:
    """How you want to be written to."""
    found = await queries.preferences_of(me.session, merchant_of(me.session), [me.id])
    return PreferencesBody.of(found[me.id])


@own_router.put("/preferences", operation_id="save_own_preferences")
async def save_own_preferences(
    body: PreferencesBody, me: customers.Looking, now: Now
) -> PreferencesBody:
    """Be written to like this from now on. Say all of it: what is left out is undone."""
    await service.save_preferences(me.session, me.id, body.meant(), actor=me.actor, now=now)
    return await get_own_preferences(me)
