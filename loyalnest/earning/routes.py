"""REST: earning for what people do, and the settings it goes by."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.earning import service
from loyalnest.earning.schemas import EarnedView, EarnRequest
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import (
    PROBLEMS,
    REPLAYED,
    IdempotencyKey,
    Now,
    ReadVersion,
    SignedIn,
    bind,
    repeated,
    request_hash,
    tenant,
)
from loyalnest.merchants import ProgramSettings, ProgramView, SwitchChange, SwitchView

router = APIRouter(prefix="/v1/api", responses=PROBLEMS)
Writing = Annotated[AsyncSession, tenant("points:write")]
ProgramWriting = Annotated[AsyncSession, tenant("program:write")]


@router.post(
    "/points/earn",
    operation_id="earn",
    tags=["Points"],
    status_code=201,
    responses=repeated(EarnedView),
)
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
    await bind(session, scope="earn", key=key, request_hash=request_hash(body), now=now)
    posted = await service.earn(session, body.deed(key), actor=caller.actor, now=now)
    if posted.replayed:
        response.status_code = 200
        response.headers[REPLAYED] = "true"
    return EarnedView.of(posted.entry)


@router.put("/program", operation_id="save_program", tags=["Program"])
async def save_program(
    body: ProgramSettings,
    session: ProgramWriting,
    caller: SignedIn,
    now: Now,
    version: ReadVersion = None,
) -> ProgramView:
    """Make these settings the program from now on.

    Orders that were placed before keep the settings of their time. Saving what is in force
    already makes no new version.
    """
    saved = await service.save_program(
        session, body, read_version=version, actor=caller.actor, now=now
    )
    return ProgramView.of(saved)


@router.put("/program/switches/{switch}", operation_id="set_switch", tags=["Program"])
async def set_switch(
    switch: Annotated[str, Path(max_length=80)],
    body: SwitchChange,
    session: ProgramWriting,
    caller: SignedIn,
    now: Now,
) -> SwitchView:
    """Switch the program, a part of it or an earning rule on, off, or to a pause.

    What that means is told by `GET /v1/api/program/switches`. It makes a new version of the
    program.
    """
    await service.switch(session, switch, body.state, actor=caller.actor, now=now)
    program = await merchants.program_of(session, merchant_of(session))
    return SwitchView.of(program, switch)
