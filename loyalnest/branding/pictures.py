"""What people upload, turned into pictures that can be handed to anybody.

A picture is judged by its content and drawn anew, so that nothing of what was sent reaches a
browser: no profile, no place where a photograph was taken, no bytes of another format behind it.
Drawing takes a thread of its own, one picture at a time; a bounded number wait, few of them one
merchant's.
"""

import asyncio
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from uuid import UUID

from PIL import Image, ImageCms, ImageOps

from loyalnest.branding.errors import (
    LogoIsSvg,
    LogoNotAnImage,
    LogoTooManyPixels,
    PicturesBusy,
)
from loyalnest.branding.values import Picture

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
"""What is taken, by the name that the library has for it and the one that the web has."""
BYTES_AT_MOST = 2 * 1024 * 1024
PIXELS_AT_MOST = 16_000_000
LONGEST_SIDE = 512
"""In pixels: a third of a phone's width at the three pixels a point that the finest screens have,
and enough for the head of an e-mail."""

_TOO_MANY = (
    LogoTooManyPixels,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
_EXACT_AT_MOST = 100_000
_AT_MOST = 150_000
_QUALITIES = (
    90,
    75,
    50,
    25,
    0,
)  # the last makes 51 KB of the worst there is, noise in all channels
_SVG_BEGINS_WITHIN = 2048
_SRGB = ImageCms.ImageCmsProfile(
    ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
)

_WAITING_AT_MOST, _OF_ONE_MERCHANT = 8, 2
_waiting: list[UUID] = []  # the merchant of each
_changing = threading.Lock()
_artist = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")


async def draw(body: bytes, *, merchant_id: UUID) -> Picture:
    """The picture in these bytes, of at most 512 pixels a side, turned as it was held.

    Raises LogoNotAnImage, LogoIsSvg, LogoTooManyPixels, PicturesBusy.
    """
    _take_place(merchant_id)
    drawing = _artist.submit(drawn, body)
    # Also when nobody waits for it any more.
    drawing.add_done_callback(lambda _: _leave_place(merchant_id))
    return await asyncio.wrap_future(drawing)


def _take_place(merchant_id: UUID) -> None:
    with _changing:
        full = len(_waiting) >= _WAITING_AT_MOST
        if full or _waiting.count(merchant_id) >= _OF_ONE_MERCHANT:
            raise PicturesBusy
        _waiting.append(merchant_id)


def _leave_place(merchant_id: UUID) -> None:
    with _changing:
        _waiting.remove(merchant_id)


def drawn(body: bytes) -> Picture:
    """What `draw` does, here and now. Of a picture that moves the first frame is taken."""
    try:
        with Image.open(BytesIO(body), formats=list(FORMATS)) as image:
            small = _small(image)
    except _TOO_MANY:
        raise LogoTooManyPixels from None
    except Exception:
        # Parsers of three formats stumble in a dozen ways; to people it is one.
        raise (LogoIsSvg if _is_svg(body) else LogoNotAnImage) from None
    packed = _packed(small)
    return Picture(hashlib.sha256(packed).hexdigest(), packed, small.width, small.height)


def _small(image: Image.Image) -> Image.Image:
    """Of the size that is kept, upright, in the colours of the web, and nothing but pixels."""
    if image.width * image.height > PIXELS_AT_MOST:
        raise LogoTooManyPixels  # it stands in the header; nothing has been unpacked yet
    image.draft(None, (LONGEST_SIDE * 2, LONGEST_SIDE * 2))  # a JPEG need not be unpacked whole
    image.load()
    if image.mode.startswith("I"):  # of 16 bits, 8 are shown
        image = image.point(_of_8_bits).convert("L")  # pyright: ignore[reportUnknownMemberType]
    wanted = {"RGBA"} if image.has_transparency_data else {"RGB", "CMYK", "L"}
    if image.mode not in wanted:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image = _in_web_colours(ImageOps.exif_transpose(image))
    image.info.clear()
    return image


def _of_8_bits(level: int) -> float:
    return level * (1 / 257)


def _in_web_colours(image: Image.Image) -> Image.Image:
    """In sRGB, which is what a picture without a profile is taken for."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile := image.info.get("icc_profile"):
        with suppress(ImageCms.PyCMSError):  # a profile that makes no sense is none
            converted = ImageCms.profileToProfile(image, BytesIO(profile), _SRGB, outputMode=mode)
            image = converted or image
    return image.convert(mode)


def _packed(image: Image.Image) -> bytes:
    """Exactly, as drawings want it; where that takes too much it is a photograph."""
    packed = _webp(image, _QUALITIES[0], lossless=True)
    if len(packed) <= _EXACT_AT_MOST:
        return packed
    for quality in _QUALITIES:
        packed = _webp(image, quality)
        if len(packed) <= _AT_MOST:
            break
    return packed


def _webp(image: Image.Image, quality: int, *, lossless: bool = False) -> bytes:
    packed = BytesIO()
    image.save(packed, "WEBP", lossless=lossless, quality=quality, alpha_quality=quality)
    return packed.getvalue()


def _is_svg(body: bytes) -> bool:
    begins = body[:_SVG_BEGINS_WITHIN].lower()
    return begins.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and (
        b"<svg" in begins and b"<html" not in begins
    )
