"""enrol-size: KB (gzip) of the page behind a poster's code, with all that it loads.

In the language that takes most, with a logo that is hard to pack and both channels asked about.
The card's page, the same way, has to stay below that, too. Beside it the stamper's shell, where it
was built: everything that it can't begin without, at most 120 KB.
"""

import asyncio
import gzip
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, installation
from bench.post import offer
from loyalnest import branding, messaging, stamps
from loyalnest.kernel import clock
from loyalnest.kernel.languages import LANGUAGES
from loyalnest.messaging import Channel
from loyalnest.stamps import CardTerms, Stage, enrolling

_ROOT = Path(__file__).parent.parent
_STAMPER = _ROOT / "web" / "stamper"
_PAGE_KB, _STAMPER_KB = 30.0, 120.0
_LOADED = re.compile(r'<(?:script|img|link)[^>]+(?:src|href)="(?!data:)')
_FORM = re.compile(r'name="form" value="([^"]+)"')


async def measure(run: Run) -> Measured:
    """The pages as a phone is handed them, and the shell as it was built."""
    async with installation(run.folder) as place:
        code = await _put_up(place)
        with place.program("serve"):
            await place.wait_until_ready()
            address = f"http://127.0.0.1:{place.settings.port}"
            async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
                join = max([await _weigh(client, f"/j/{code}?language={it}") for it in LANGUAGES])
                card = await _weigh(client, await _enrol(client, code))
    stamper = await _stamper()
    told = "not built here" if stamper is None else f"{stamper:.1f}, at most {_STAMPER_KB:.0f}"
    heavy = card > _PAGE_KB or (stamper or 0) > _STAMPER_KB
    note = f"in one request, without a script; card page {card:.1f}; stamper {told}"
    return Measured(join, note=note, failed=heavy)


async def _put_up(place: Installation) -> str:
    """A café with everything that a page can be asked to show; the code of its poster."""
    (store,) = await place.open_merchants(1)
    now = clock.now()
    async with place.database.tenant(store.merchant_id) as session:
        picture = await branding.draw(_picture(), merchant_id=store.merchant_id)
        await branding.keep_picture(session, picture, actor="bench", now=now)
        await branding.choose_logo(session, picture.hash, actor="bench", now=now)
        for channel in (Channel.SMS, Channel.WHATSAPP):
            setup = messaging.Setup(channel, "+447700900000", "Café", {"url": "http://127.0.0.1:9"})
            await messaging.set_up(session, setup, offer(), actor="bench", now=now)
        program = await stamps.create(
            session,
            CardTerms(
                name="Coffee card",
                stages=(Stage(count=5, name="Espresso"), Stage(count=10, name="Cake")),
            ),
            state=stamps.ProgramState.ACTIVE,
            actor="bench",
            now=now,
        )
        poster = await enrolling.create_poster(
            session,
            program_id=program.id,
            store_id=None,
            name="Counter",
            check_by=None,
            actor="bench",
            now=now,
        )
    return poster.code


async def _enrol(client: httpx.AsyncClient, code: str) -> str:
    """Where the card is of a guest who filled the form in."""
    page = await client.get(f"/j/{code}")
    mark = _FORM.search(page.text)
    assert mark is not None
    filled = {"form": mark[1], "name": "Ana", "phone": "07700 900123"}
    sent = await client.post(f"/j/{code}", data=filled)
    return sent.headers["location"]


async def _weigh(client: httpx.AsyncClient, path: str) -> float:
    """What a page and all that it names weigh, packed where packing helps."""
    page = await client.get(path)
    page.raise_for_status()
    body = len(gzip.compress(page.content))
    assert not _LOADED.search(page.text), "all of it is in the page"
    return body / 1000


def _picture() -> bytes:
    """The worst that there is: noise in every channel."""
    image = Image.frombytes("RGB", (512, 512), random.Random(1).randbytes(512 * 512 * 3))
    packed = BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


async def _stamper() -> float | None:
    """The shell of the app at the counter, if there is one."""
    if not _STAMPER.is_dir():
        return None
    building = await asyncio.create_subprocess_exec(sys.executable, _ROOT / "web" / "build.py")
    if await building.wait():
        return None
    dist = _STAMPER / "dist"
    manifest = json.loads((dist / ".vite" / "manifest.json").read_text())
    files = {"index.html", *_needed(manifest, "index.html")}
    return sum(len(gzip.compress((dist / it).read_bytes())) for it in files) / 1000


def _needed(manifest: Mapping[str, Any], name: str) -> Iterator[str]:
    """A part's own files and those it can't begin without."""
    part = manifest[name]
    yield from (part["file"], *part.get("css", ()))
    for needed in part.get("imports", ()):
        yield from _needed(manifest, needed)


FIGURE = Figure(
    name="enrol-size",
    unit="KB",
    goal=Goal("at most 30 KB, stamper 120 KB", below=_PAGE_KB + 0.001),
    measure=measure,
)
