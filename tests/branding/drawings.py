"""Pictures as people and attackers send them."""

import struct
import zlib
from io import BytesIO

from PIL import Image

from loyalnest.branding import Picture

Pixel = float | tuple[int, ...] | None


def drawing(
    kind: str = "PNG",
    mode: str = "RGB",
    size: tuple[int, int] = (80, 40),
    colour: Pixel | str = "#0b6e5e",
    **options: object,
) -> bytes:
    """A picture of one colour."""
    return saved(Image.new(mode, size, colour), kind, **options)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """A picture as a file."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def seen(picture: Picture) -> Image.Image:
    """A picture as a browser would show it."""
    image = Image.open(BytesIO(picture.body), formats=["WEBP"])
    image.load()
    return image


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A PNG of some bytes that says it is this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 64)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check
