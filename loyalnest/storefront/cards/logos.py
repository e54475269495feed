"""A merchant's logo as small as a guest's phone shows it, in the page itself.

One that was uploaded may weigh five times what the whole page may.
"""

import asyncio
import base64
from collections import OrderedDict
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding

_LARGEST = (320, 96)
_BYTES_AT_MOST = 6_000
_QUALITIES = (80, 60, 40, 20, 5, 0)
_REMEMBERED = 1_000

_drawn: OrderedDict[str, "SmallLogo"] = OrderedDict()


@dataclass(frozen=True, slots=True)
class SmallLogo:
    """A picture as an address of its own."""

    address: str
    width: int
    height: int


async def small_logo(session: AsyncSession, brand: branding.Branding) -> SmallLogo | None:
    """The brand's logo; None where it has none."""
    if brand.logo is None:
        return None
    known = _drawn.get(brand.logo.hash)
    if known is not None:
        return known
    body = await branding.find_body(session, brand.merchant_id, brand.logo.hash)
    if body is None:
        return None
    made = await asyncio.to_thread(_small, bytes(body))
    _drawn[brand.logo.hash] = made
    if len(_drawn) > _REMEMBERED:
        _drawn.popitem(last=False)
    return made


def _small(body: bytes) -> SmallLogo:
    with Image.open(BytesIO(body), formats=["WEBP"]) as image:
        image.thumbnail(_LARGEST, Image.Resampling.LANCZOS)
        packed = b""
        for quality in _QUALITIES:
            file = BytesIO()
            image.save(file, "WEBP", quality=quality, alpha_quality=quality, method=6)
            packed = file.getvalue()
            if len(packed) <= _BYTES_AT_MOST:
                break
        address = f"data:image/webp;base64,{base64.b64encode(packed).decode()}"
        return SmallLogo(address, image.width, image.height)
