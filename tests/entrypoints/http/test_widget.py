"""How the widget is handed out: to pages of any origin, packed, and harmlessly if never built."""

from pathlib import Path

import httpx
import pytest

from loyalnest.entrypoints.http import Parts, widget
from loyalnest.kernel.database import Database
from tests.doors import house

LOADER = "/widget/loader.js"
ASSET = "/widget/assets/panel-1a2b.js"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A widget as a build leaves it, but small."""
    (tmp_path / "assets").mkdir()
    for name in ("loader.js", "assets/panel-1a2b.js"):
        for ending, content in (("", "plain"), (".gz", "packed by gzip"), (".br", "packed by br")):
            (tmp_path / f"{name}{ending}").write_text(content)
    (tmp_path / "secret.js").write_text("not for anybody")
    return tmp_path


def page(database: Database, folder: Path) -> httpx.AsyncClient:
    """A browser that shows a page of some shop."""
    client = house(database, parts=Parts([], pages=widget.routes(folder)))
    client.headers.update({"Origin": "https://www.bakery.example", "Sec-Fetch-Site": "cross-site"})
    client.headers["Accept-Encoding"] = "identity"
    return client


async def raw(client: httpx.AsyncClient, path: str, takes: str) -> tuple[str | None, str]:
    request = client.build_request("GET", path, headers={"Accept-Encoding": takes})
    answer = await client.send(request, stream=True)
    body = b"".join([part async for part in answer.aiter_raw()])
    return answer.headers.get("Content-Encoding"), body.decode()


async def test_pages_of_any_origin_may_run_it(database: Database, folder: Path):
    async with page(database, folder) as client:
        for path in (LOADER, ASSET):
            answer = await client.get(path)
            assert answer.text == "plain"
            assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Access-Control-Allow-Credentials" not in answer.headers
            assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", [LOADER, ASSET])
async def test_it_is_sent_as_small_as_the_browser_takes_it(
    database: Database, folder: Path, path: str
):
    async with page(database, folder) as client:
        assert await raw(client, path, "gzip, deflate, br, zstd") == ("br", "packed by br")
        assert await raw(client, path, "gzip, br;q=0") == ("gzip", "packed by gzip")
        assert await raw(client, path, "identity") == (None, "plain")


async def test_the_loader_is_asked_for_again_and_what_it_loads_never_changes(
    database: Database, folder: Path
):
    async with page(database, folder) as client:
        first = await client.get(LOADER)
        known = {"If-None-Match": first.headers["ETag"]}
        again = await client.get(LOADER, headers=known)
        (folder / "loader.js").write_text("a newer one")
        newer = await client.get(LOADER, headers=known)
        asset = await client.get(ASSET)

    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert (newer.status_code, newer.text) == (200, "a newer one")
    assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name", ["gone.js", "..%2Fsecret.js", "panel-1a2b.js.gz", "..%2F..", "%00.js", "a/b.js"]
)
async def test_nothing_else_is_handed_out(database: Database, folder: Path, name: str):
    async with page(database, folder) as client:
        answer = await client.get(f"/widget/assets/{name}")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_preview_is_framed_by_us_alone_and_asks_nobody_for_anything(
    database: Database, folder: Path
):
    (folder / "preview.js").write_text("drawn")
    async with page(database, folder) as client:
        shown = await client.get("/widget/preview")
        script = await client.get("/widget/preview.js")

    policy = dict(
        part.split(" ", 1) for part in shown.headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"].split() == [
        *("'self'", "https://admin.shopify.com", "https://*.myshopify.com")
    ]
    assert "connect-src" not in policy
    assert shown.headers["Content-Type"].startswith("text/html")
    assert script.text == "drawn"


async def test_a_page_does_not_stumble_over_a_widget_that_was_never_built(
    database: Database, tmp_path: Path
):
    async with page(database, tmp_path) as client:
        answer = await client.get(LOADER)

    assert answer.status_code == 200
    assert answer.text.startswith("/*")
    assert answer.text.endswith("*/\n")
    assert answer.headers["Cache-Control"] == "no-store"
