"""What a camera films."""

import segno
from PIL import Image, ImageOps

_WIDTH, _HEIGHT = 640, 480
_GREY, _DARK = 120, 30
_QUIET = 4


def film_of(text: str) -> bytes:
    """A phone that is held up with a code on it, somewhat askew; as Chromium takes it (y4m)."""
    matrix = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    side = len(matrix) + 2 * _QUIET
    code = Image.new("L", (side, side), 255)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                code.putpixel((x + _QUIET, y + _QUIET), _DARK)
    scene = Image.new("L", (_WIDTH, _HEIGHT), _GREY)
    scene.paste(ImageOps.contain(code, (300, 300), Image.Resampling.NEAREST), (150, 80))
    seen = scene.rotate(7, Image.Resampling.BICUBIC, fillcolor=_GREY)
    colour = bytes([128]) * (_WIDTH * _HEIGHT // 2)
    frame = b"FRAME\n" + seen.tobytes() + colour
    return f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 3
