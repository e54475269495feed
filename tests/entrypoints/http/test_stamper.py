"""How the stamper is handed out: installable, kept by browsers, and under a policy of its own."""

from pathlib import Path

import httpx
import pytest

from loyalnest.entrypoints.http import Parts, stamper
from loyalnest.kernel.database import Database
from tests.doors import house


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stamper as a build leaves it, but small."""
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "sw.js", "app.webmanifest", "assets/index-1a2b.js"):
        (tmp_path / name).write_text(f"plain {name}")
        (tmp_path / f"{name}.br").write_text("packed")
    (tmp_path / "assets" / "icon-192-3c4d.png").write_bytes(b"a picture")
    (tmp_path / "assets" / ".made-from").write_text("not for anybody")
    return tmp_path


def browser(database: Database, folder: Path) -> httpx.AsyncClient:
    client = house(database, parts=Parts([], pages=stamper.routes(folder)))
    client.headers["Accept-Encoding"] = "identity"
    return client


async def test_what_keeps_its_address_is_asked_for_again_and_the_rest_never(
    database: Database, folder: Path
):
    told: dict[str, tuple[str, str]] = {}
    async with browser(database, folder) as client:
        for path in ("", "sw.js", "app.webmanifest", "assets/index-1a2b.js"):
            answer = await client.get(f"/stamper/{path}")
            told[path] = (answer.headers["Content-Type"], answer.headers["Cache-Control"])
        picture = await client.get("/stamper/assets/icon-192-3c4d.png")
    assert told == {
        "": ("text/html; charset=utf-8", "no-cache"),
        "sw.js": ("text/javascript; charset=utf-8", "no-cache"),
        "app.webmanifest": ("application/manifest+json", "no-cache"),
        "assets/index-1a2b.js": (
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
    }
    assert (picture.content, picture.headers["Content-Type"]) == (b"a picture", "image/png")


async def test_the_page_may_look_through_the_camera_and_runs_nothing_but_its_own(
    database: Database, folder: Path
):
    async with browser(database, folder) as client:
        page = await client.get("/stamper/")
        asset = await client.get("/stamper/assets/index-1a2b.js")
    assert page.headers["Permissions-Policy"].startswith("camera=(self), geolocation=(self)")
    assert asset.headers["Permissions-Policy"].startswith("camera=(), geolocation=()")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"


async def test_it_is_found_without_its_slash_and_nothing_else_of_the_folder_is(
    database: Database, folder: Path
):
    async with browser(database, folder) as client:
        entrance = await client.get("/stamper")
        hidden = [
            await client.get(f"/stamper/assets/{name}")
            for name in (".made-from", "../index.html", "%2e%2e/sw.js", "index-9z.js")
        ]
    assert (entrance.status_code, entrance.headers["Location"]) == (307, "/stamper/")
    assert {answer.status_code for answer in hidden} == {404}


async def test_one_that_was_never_built_says_what_to_do(database: Database, tmp_path: Path):
    async with browser(database, tmp_path) as client:
        page = await client.get("/stamper/")
        worker = await client.get("/stamper/sw.js")
    assert page.status_code == 503
    assert "make web" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    # A browser that finds no worker keeps the one it has.
    assert worker.status_code == 404
