"""REST: earning for what people do."""

from typing import Annotated

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.earning import service
from loyalnest.earning.schemas import EarnedView, EarnRequest
from loyalnest.kernel.http import PROBLEMS, REPLAYED, IdempotencyKey, Now, SignedIn, tenant

router = APIRouter(prefix="/v1/api", tags=["Points"], responses=PROBLEMS)
Writing = Annotated[AsyncSession, tenant("points:write")]


@router.post("/points/earn", operation_id="earn", status_code=201)
async def earn(
    body: EarnRequest,
    key: IdempotencyKey,
    session: Writing,
    caller: SignedIn,
    now: Now,
    response: Response,
) -> EarnedView:
    """Give a customer the points for something they did.

    Orders of connected shops earn by themselves and must not be sent here. The same request again
    is answered with what was written the first time.
    """
    posted = await service.earn(session, body.deed(key), actor=caller.actor, now=now)
    if posted.replayed:
        response.status_code = 200
        response.headers[REPLAYED] = "true"
    return EarnedView.of(posted.entry)
