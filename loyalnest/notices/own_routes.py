"""REST for customers themselves: asking once more for what they are waiting for."""

from fastapi import APIRouter

from loyalnest import customers
from loyalnest.kernel.http import PROBLEMS, Now
from loyalnest.notices.confirming import ask_again

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


@own_router.post("/confirmation", operation_id="send_confirmation_again", status_code=202)
async def send_confirmation_again(me: customers.Looking, now: Now) -> None:
    """Be sent once more the link by which you confirm that you want offers and news by e-mail.

    Three times a day, and not within two minutes of the last.
    """
    await ask_again(me.session, me.id, now=now)
