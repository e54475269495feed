"""Sheets made into files by Typst, in a thread of their own, one at a time."""

import asyncio
import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import typst

from loyalnest.kernel.errors import RateLimited
from loyalnest.stamps.enrolling.values import SheetFormat

_FONTS = (
    ("fontpkg_open_sans", "files"),
    ("fontpkg_noto_sans_arabic", "files"),
    ("cvttf_NotoSansCJK_Medium", ""),
)
"""Latin, Greek, Cyrillic and Hebrew; Arabic and Persian; Chinese, Japanese and Korean."""
_PIXELS_AN_INCH = 300
_WAITING_AT_MOST, _OF_ONE_MERCHANT = 16, 4
_waiting: list[UUID] = []  # the merchant of each
_changing = threading.Lock()
_printer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sheets")


class SheetsBusy(RateLimited):
    """Many sheets are being drawn at this moment; try again in a few seconds."""


async def set_sheet(
    template: Literal["poster", "cards"],
    facts: Mapping[str, Any],
    *,
    logo: bytes | None,
    format: SheetFormat,
    merchant_id: UUID,
) -> bytes:
    """A sheet as a file. Several pages are for PDF alone. Raises SheetsBusy."""
    with _changing:
        full = len(_waiting) >= _WAITING_AT_MOST
        if full or _waiting.count(merchant_id) >= _OF_ONE_MERCHANT:
            raise SheetsBusy(retry_after_s=3)
        _waiting.append(merchant_id)
    setting = _printer.submit(_set, template, facts, logo, format)
    # Also when nobody waits for it any more.
    setting.add_done_callback(lambda _: _leave(merchant_id))
    return await asyncio.wrap_future(setting)


def _leave(merchant_id: UUID) -> None:
    with _changing:
        _waiting.remove(merchant_id)


def _set(template: str, facts: Mapping[str, Any], logo: bytes | None, format: SheetFormat) -> bytes:
    sources = {
        "main": _template(template),
        "shapes.typ": _template("shapes"),
        # What is no text can't be handed over as a file.
        "facts.json": json.dumps({**facts, "logo": logo and list(logo)}).encode(),
    }
    made = typst.compile(
        sources,  # pyright: ignore[reportArgumentType] - the stub knows files alone
        font_paths=_fonts(),
        format=format.value,
        ppi=_PIXELS_AN_INCH,
    )
    assert isinstance(made, bytes), "one page"
    return made


@cache
def _fonts() -> typst.Fonts:
    folders = [str(it) for it in font_folders()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def font_folders() -> list[Path]:
    """Where our fonts lie."""
    return [Path(str(files(package))) / folder for package, folder in _FONTS]


@cache
def _template(name: str) -> bytes:
    return Path(__file__).with_name(f"{name}.typ").read_bytes()
