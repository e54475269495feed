"""REST: how a merchant looks to its customers."""

import sys
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect

from loyalnest.branding import pictures, queries, service
from loyalnest.branding.errors import LogoNotAnImage, LogoTooLarge
from loyalnest.branding.schemas import BrandingChange, BrandingView, LogoView
from loyalnest.branding.values import Picture
from loyalnest.kernel.http import PROBLEMS, Now, SignedIn, tenant

_PATH = "/v1/api/branding"
UPLOADS = frozenset({f"{_PATH}/logo", f"{_PATH}/logos"})
"""Where more may be sent than to the rest of the API; these addresses count for themselves."""

router = APIRouter(prefix=_PATH, tags=["Branding"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]

_COUNTS_ITSELF = sys.maxsize
_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The picture's bytes, at most 2 MB. What they are is judged by themselves,"
        " whatever the content type says.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in pictures.FORMATS.values()
        },
    }
}


async def _picture_sent(request: Request, caller: SignedIn) -> Picture:
    """The picture in a request's body.

    It is read and drawn before a transaction is opened: a slow line holds no connection.
    """
    caller.require("program:write")
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > pictures.BYTES_AT_MOST:
        raise LogoTooLarge
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > pictures.BYTES_AT_MOST:
                raise LogoTooLarge
    except ClientDisconnect:
        raise LogoNotAnImage from None  # half of one, and nobody is there to be told
    return await pictures.draw(bytes(body), merchant_id=caller.merchant_id)


Sent = Annotated[Picture, Depends(_picture_sent)]


@router.get("", operation_id="get_branding")
async def get_branding(session: Reading) -> BrandingView:
    """What customers read and see: name, colours, corners and logo."""
    return BrandingView.of(await queries.current(session))


@router.put("", operation_id="save_branding")
async def save_branding(
    body: BrandingChange, session: Writing, caller: SignedIn, now: Now
) -> BrandingView:
    """Let customers see this from now on.

    A logo is named by the `hash` of a picture that was uploaded before; so an earlier one can be
    taken up again. Saving what is in force already makes no new version.
    """
    saved = await service.save(
        session, body.settings, read_version=body.version, actor=caller.actor, now=now
    )
    return BrandingView.of(saved)


@router.post(
    "/logos",
    operation_id="upload_logo",
    status_code=201,
    openapi_extra=_UPLOAD,
    max_body_size=_COUNTS_ITSELF,
)
async def upload_logo(sent: Sent, session: Writing, caller: SignedIn, now: Now) -> LogoView:
    """Upload a picture, to be looked at and chosen in the settings. Customers see nothing of it.

    A PNG, JPEG or WebP of at most 2 MB and 16 million pixels. It is drawn anew as WebP of at most
    512 pixels a side, upright, its transparency kept; of one that moves, the first frame. The 50
    that came last are kept.
    """
    logo = await service.keep_picture(session, sent, actor=caller.actor, now=now)
    return LogoView.of(logo)


@router.put(
    "/logo",
    operation_id="save_logo",
    openapi_extra=_UPLOAD,
    max_body_size=_COUNTS_ITSELF,
)
async def save_logo(sent: Sent, session: Writing, caller: SignedIn, now: Now) -> BrandingView:
    """Upload a picture and make it the logo at once."""
    logo = await service.keep_picture(session, sent, actor=caller.actor, now=now)
    saved = await service.choose_logo(session, logo.hash, actor=caller.actor, now=now)
    return BrandingView.of(saved)


@router.delete("/logo", operation_id="remove_logo")
async def remove_logo(session: Writing, caller: SignedIn, now: Now) -> BrandingView:
    """Show customers the name alone. The picture stays where mails and wallets show it."""
    saved = await service.choose_logo(session, None, actor=caller.actor, now=now)
    return BrandingView.of(saved)
