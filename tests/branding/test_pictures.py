"""Whatever is sent as a logo is drawn anew, or refused with a word that helps."""

import asyncio
from uuid import UUID

import pytest
from PIL import Image, ImageCms

from loyalnest import branding
from loyalnest.branding.pictures import LONGEST_SIDE, drawn
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.ids import new_id
from tests.branding.drawings import drawing, png_of_claimed_size, saved, seen

GREEN = (11, 110, 94)
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PHOTO = Image.effect_noise((900, 700), 60).convert("RGB")
PAINTED = Image.new("P", (80, 40), 3)
PAINTED.putpalette(bytes(range(24)))
TURNED = Image.Exif()
TURNED[0x0112] = 6  # held upright, kept on its side
TURNED[0x010F] = "a camera that says where it was"
PROFILE = ImageCms.ImageCmsProfile(
    ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
).tobytes()


def near(pixel: float | tuple[int, ...] | None, colour: tuple[int, ...]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= 3 for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize(
    ("body", "size", "pixel"),
    [
        (drawing("PNG"), (80, 40), GREEN),
        (drawing("JPEG", quality=95), (80, 40), GREEN),
        (drawing("WEBP", lossless=True), (80, 40), GREEN),
        (drawing("PNG", size=(2000, 1000)), (512, 256), GREEN),
        (drawing("JPEG", size=(1000, 4000), quality=95), (128, 512), GREEN),
        (drawing("PNG", size=(3, 5000)), (1, 512), GREEN),
        (drawing("PNG", "RGBA", colour=(*GREEN, 0)), (80, 40), None),
        (saved(PAINTED, "PNG", transparency=3), (80, 40), None),
        (drawing("PNG", "LA", colour=(90, 255)), (80, 40), (90, 90, 90)),
        (drawing("PNG", "1", colour=1), (80, 40), (255, 255, 255)),
        (drawing("PNG", "I;16", colour=40_000), (80, 40), (155, 155, 155)),
        (drawing("JPEG", "L", colour=90), (80, 40), (90, 90, 90)),
        (drawing("JPEG", "CMYK", colour=(0, 255, 255, 0), quality=95), (80, 40), (255, 0, 0)),
        (drawing("JPEG", exif=TURNED, quality=95), (40, 80), GREEN),
        (drawing("PNG", exif=TURNED), (40, 80), GREEN),
        (drawing("JPEG", icc_profile=b"no profile", quality=95), (80, 40), GREEN),
    ],
)
def test_a_picture_is_drawn_anew_small_and_upright(
    body: bytes, size: tuple[int, int], pixel: tuple[int, ...] | None
) -> None:
    picture = drawn(body)
    image = seen(picture)
    assert image.size == (picture.width, picture.height) == size
    assert max(size) <= LONGEST_SIDE
    middle = image.convert("RGBA").getpixel((size[0] // 2, size[1] // 2))
    assert isinstance(middle, tuple)
    if pixel is None:
        assert middle[3] == 0
    else:
        assert near(middle, (*pixel, 255))
    assert drawn(body) == picture  # and the same one each time


def test_nothing_is_left_but_pixels() -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        body = drawing(kind, exif=TURNED, icc_profile=PROFILE) + b"<script>alert(1)</script>"
        picture = drawn(body)
        assert set(seen(picture).info) <= {"loop", "background", "timestamp", "duration"}
        assert not seen(picture).getexif()
        assert b"camera" not in picture.body
        assert b"script" not in picture.body


def test_of_a_picture_that_moves_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (80, 40), colour) for colour in ("red", "blue")]
    for kind in ("WEBP", "PNG"):
        body = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
        image = seen(drawn(body))
        assert getattr(image, "n_frames", 1) == 1
        assert near(image.convert("RGB").getpixel((40, 20)), (255, 0, 0))


def test_a_photograph_is_packed_as_one_and_no_logo_is_large() -> None:
    noise = [Image.effect_noise((LONGEST_SIDE, LONGEST_SIDE), 120) for _ in range(4)]
    for photo in (PHOTO, Image.merge("RGB", noise[:3]), Image.merge("RGBA", noise)):
        picture = drawn(saved(photo, "PNG"))
        assert len(picture.body) <= 150_000
        assert seen(picture).mode == photo.mode


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", branding.LogoNotAnImage),
        (b"\x89PNG\r\n\x1a\n", branding.LogoNotAnImage),
        (saved(PHOTO, "PNG")[:20_000], branding.LogoNotAnImage),
        (saved(PHOTO, "JPEG")[:5_000], branding.LogoNotAnImage),
        (saved(PHOTO, "WEBP")[:5_000], branding.LogoNotAnImage),
        (drawing("GIF", "P"), branding.LogoNotAnImage),
        (drawing("TIFF"), branding.LogoNotAnImage),
        (drawing("BMP"), branding.LogoNotAnImage),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", branding.LogoNotAnImage),
        (b"<!doctype html><html><body><svg></svg></body></html>", branding.LogoNotAnImage),
        (b"GIF89a/*<svg*/=1;alert(1)", branding.LogoNotAnImage),
        (SCRIPT, branding.LogoIsSvg),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a drawing -->\n" + SCRIPT, branding.LogoIsSvg),
        (png_of_claimed_size(50_000, 50_000), branding.LogoTooManyPixels),
        (png_of_claimed_size(10_000, 10_000), branding.LogoTooManyPixels),
        (drawing("PNG", "1", (4001, 4000), 0), branding.LogoTooManyPixels),
        (png_of_claimed_size(0, 40), branding.LogoNotAnImage),
        (png_of_claimed_size(4_000, 4_000), branding.LogoNotAnImage),  # it ends after 64 bytes
    ],
)
def test_what_can_not_be_taken_is_refused_with_what_to_do(
    body: bytes, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        drawn(body)


async def test_few_pictures_wait_and_of_one_merchant_fewer_than_there_is_room_for() -> None:
    body, ours = saved(PHOTO, "PNG"), new_id()

    async def refused(merchants: list[UUID]) -> list[int]:
        drawings = (branding.draw(body, merchant_id=each) for each in merchants)
        attempts = await asyncio.gather(*drawings, return_exceptions=True)
        return [at for at, it in enumerate(attempts) if isinstance(it, branding.PicturesBusy)]

    assert await refused([ours] * 4 + [new_id()]) == [2, 3]
    assert await refused([new_id() for _ in range(12)]) == [8, 9, 10, 11]
    assert await refused([ours] * 2) == []


def test_colours_are_shown_as_the_profile_beside_them_means_them() -> None:
    red, green = b"rXYZ", b"gXYZ"
    swapped = PROFILE.replace(red, b"_XYZ").replace(green, red).replace(b"_XYZ", green)
    for kind, mode in (("PNG", "RGB"), ("PNG", "RGBA"), ("JPEG", "RGB")):
        image = seen(drawn(drawing(kind, mode, colour="#ff0000", icc_profile=swapped)))
        assert near(image.convert("RGB").getpixel((40, 20)), (0, 255, 0))
