"""Where the buttons lead: Apple's to a file that a phone takes, Google's to where it is saved."""

import asyncio
import io
from collections import OrderedDict
from datetime import UTC
from email.utils import format_datetime
from uuid import UUID

from PIL import Image, ImageDraw
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from loyalnest import branding, stamps
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.limits import Buckets, Policy
from loyalnest.wallet.content import contents_of
from loyalnest.wallet.doors.answering import address_of, door, within
from loyalnest.wallet.errors import PassNotFound, WalletAway
from loyalnest.wallet.files import MEDIA_TYPE, Files
from loyalnest.wallet.kept import Kept
from loyalnest.wallet.links import APPLE, GOOGLE, SUFFIX, Tokens
from loyalnest.wallet.service.passes import ensure_passes
from loyalnest.wallet.values import Pass, Platform, Told

_PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
_SHARED = {
    "Cache-Control": "public, max-age=86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_LOGO_PX, _LOGOS_KEPT = 660, 200


class Links:
    """The links of every card of this installation."""

    def __init__(self, database: Database, *, address: str, clock: Clock):
        self._database = database
        self._address = address
        self._clock = clock
        self._of_cards = Buckets(Policy("card", 30, 60))
        self._of_addresses = Buckets(Policy("wallet-links", 100, 900))
        self._of_logos = Buckets(Policy("wallet-logos", 120, 60))
        self._logos: OrderedDict[tuple[UUID, int], bytes] = OrderedDict()

    async def file(self, request: Request, files: Files) -> Response:
        """A card as a file for Apple's wallet."""
        it = await self._pass_of(request, Platform.APPLE)
        async with self._database.tenant(it.merchant_id) as session:
            made = await contents_of(session, [it], address=self._address, now=self._clock())
        body = await files.file_of(made[it.id])
        changed_at = format_datetime(it.changed_at.astimezone(UTC), usegmt=True)
        headers = {
            **_PRIVATE,
            "Content-Disposition": f'attachment; filename="card{SUFFIX}"',
            "Last-Modified": changed_at,
        }
        return Response(body, media_type=MEDIA_TYPE, headers=headers)

    async def save(self, request: Request, kept: Kept) -> Response:
        """Let Google know the card, and go on to where it is saved."""
        it = await self._pass_of(request, Platform.GOOGLE)
        outcome = (await kept.put_many(it.merchant_id, [it.id], now=self._clock()))[it.id]
        if outcome.told is not Told.TAKEN:
            raise WalletAway
        return RedirectResponse(kept.save_link(it.serial), status_code=302, headers=_PRIVATE)

    async def logo(self, request: Request) -> Response:
        """A merchant's logo as PNG, which is what wallets show; a plain mark where it has none."""
        within(self._of_logos, address_of(request))
        merchant_id = from_wire("mer", request.path_params["merchant"])
        async with self._database.tenant(merchant_id) as session:
            brand = await branding.current(session)
            drawn = self._logos.get((merchant_id, brand.version))
            logo = brand.settings.logo
            if drawn is None and logo:
                body = await branding.find_body(session, merchant_id, logo)
            else:
                body = None
        if drawn is None:
            drawn = await asyncio.to_thread(_png, body, brand.settings.colour)
            self._logos[merchant_id, brand.version] = drawn
            if len(self._logos) > _LOGOS_KEPT:
                self._logos.popitem(last=False)
        return Response(drawn, media_type="image/png", headers=_SHARED)

    async def _pass_of(self, request: Request, platform: Platform) -> Pass:
        """The pass of the card that a link names. Raises PassNotFound where the card is void."""
        try:
            named = Tokens(self._database.ring).read(request.path_params["token"])
        except PassNotFound:
            within(self._of_addresses, address_of(request))
            raise
        within(self._of_cards, named.card_id)
        now = self._clock()
        async with self._database.tenant(named.merchant_id) as session:
            state = (await stamps.states(session, [named.card_id], now=now)).get(named.card_id)
            if state is None or state.card.state == "void":
                raise PassNotFound
            # Of the card that the link names, though another may lead since a merge: what is in a
            # phone is theirs, should the two turn out to be two after all.
            card_id = named.card_id
            return (await ensure_passes(session, [card_id], platform, now=now))[card_id]


def apple_link_route(links: Links, files: Files) -> Route:
    """`/wallet/apple/{token}.pkpass`."""

    async def answer(request: Request) -> Response:
        return await links.file(request, files)

    return Route(f"{APPLE}{{token}}{SUFFIX}", door(answer))


def google_link_routes(links: Links, kept: Kept) -> list[Route]:
    """`/wallet/google/{token}`, and the logos that Google fetches."""

    async def answer(request: Request) -> Response:
        return await links.save(request, kept)

    return [
        Route(f"{GOOGLE}logo/{{merchant}}.png", door(links.logo)),
        Route(f"{GOOGLE}{{token}}", door(answer)),
    ]


def _png(logo: bytes | None, colour: str) -> bytes:
    """A square with the logo in its middle, or a ring in the colours of the brand."""
    canvas = Image.new("RGB", (_LOGO_PX, _LOGO_PX), "#ffffff" if logo else colour)
    if logo:
        picture = Image.open(io.BytesIO(logo)).convert("RGBA")
        picture.thumbnail((_LOGO_PX * 7 // 10, _LOGO_PX * 7 // 10))
        at = ((_LOGO_PX - picture.width) // 2, (_LOGO_PX - picture.height) // 2)
        canvas.paste(picture, at, picture)
    else:
        ink = branding.palette_of(colour).on_colour
        inset = _LOGO_PX * 3 // 10
        ring = (inset, inset, _LOGO_PX - inset, _LOGO_PX - inset)
        ImageDraw.Draw(canvas).ellipse(ring, outline=ink, width=_LOGO_PX // 20)
    written = io.BytesIO()
    canvas.save(written, "PNG", optimize=True)
    return written.getvalue()
