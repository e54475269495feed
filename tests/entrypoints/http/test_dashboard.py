"""How the dashboard is handed out: to whom, with which rules, and what if it was never built."""

import re
from pathlib import Path

import httpx
import pytest

from loyalnest.entrypoints.http import Parts, dashboard
from loyalnest.kernel.database import Database
from tests.doors import house

BROWSER = {"Accept": "text/html,*/*"}
SHOP = "cafe.myshopify.com"
PAGE = '<!-- app-bridge --><meta name="style-nonce" content="{{nonce}}">'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dashboard as a build leaves it, but small."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "assets" / "app-1a2b.js").write_text("plain")
    (tmp_path / "assets" / "app-1a2b.js.gz").write_bytes(b"packed")
    (tmp_path / "secret.js").write_text("not for anybody")
    return tmp_path


def browser(
    database: Database, folder: Path, client_id: str | None = "an-app"
) -> httpx.AsyncClient:
    async def is_known(shop: str) -> bool:
        return shop == SHOP

    return house(database, parts=Parts([], pages=dashboard.routes(is_known, client_id, folder)))


@pytest.mark.parametrize("screen", ["", "customers", "customers/cus_1?tab=orders"])
async def test_every_screen_is_the_same_page(database: Database, folder: Path, screen: str):
    async with browser(database, folder) as client:
        answer = await client.get(f"/dashboard/{screen}", headers=BROWSER)

    policy = answer.headers["Content-Security-Policy"]
    (nonce,) = re.findall(r"'nonce-([\w-]+)'", policy)
    assert answer.text == f'<meta name="style-nonce" content="{nonce}">'
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


async def test_the_entrance_leads_browsers_to_the_dashboard(database: Database, folder: Path):
    async with browser(database, folder) as client:
        led = await client.get("/?shop=a", headers=BROWSER)
        lost = await client.get("/", headers={"Accept": "application/json"})

    assert (led.status_code, led.headers["Location"]) == (307, "/dashboard/?shop=a")
    assert (lost.status_code, lost.json()["code"]) == (404, "NOT_FOUND")


async def test_what_has_a_hash_in_its_name_is_kept_for_ever(database: Database, folder: Path):
    async with browser(database, folder) as client:
        packed = await client.send(
            client.build_request("GET", "/dashboard/assets/app-1a2b.js"), stream=True
        )
        plain = await client.get(
            "/dashboard/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"}
        )
        raw = b"".join([part async for part in packed.aiter_raw()])

    assert (packed.headers["Content-Encoding"], raw) == ("gzip", b"packed")
    assert (plain.text, plain.headers["Content-Type"]) == (
        "plain",
        "text/javascript; charset=utf-8",
    )
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name", ["gone.js", "..%2Fsecret.js", "app-1a2b.js.gz", "..%2F..", "%00.js"]
)
async def test_nothing_but_assets_is_handed_out(database: Database, folder: Path, name: str):
    async with browser(database, folder) as client:
        answer = await client.get(f"/dashboard/assets/{name}")

    assert "not for anybody" not in answer.text
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("query", "framed_by"),
    [
        ("", "'none'"),
        (f"?shop={SHOP}", "'none'"),
        ("?shop=other.myshopify.com&embedded=1", "'none'"),
        ("?shop=*&embedded=1", "'none'"),
        ("?shop=cafe.myshopify.com%20https://evil.example&embedded=1", "'none'"),
        (f"?shop={SHOP}&embedded=1", f"https://{SHOP} https://admin.shopify.com"),
    ],
)
async def test_only_the_admin_of_a_shop_we_know_may_frame_it(
    database: Database, folder: Path, query: str, framed_by: str
):
    async with browser(database, folder) as client:
        answer = await client.get(f"/dashboard/{query}", headers=BROWSER)

    policy = answer.headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {framed_by}")


async def test_app_bridge_is_loaded_in_the_admin_and_nowhere_else(database: Database, folder: Path):
    async def opened(query: str, client_id: str | None = 'odd"app') -> tuple[str, str]:
        async with browser(database, folder, client_id) as client:
            answer = await client.get(f"/dashboard/customers{query}", headers=BROWSER)
        return answer.text, answer.headers["Content-Security-Policy"]

    page, policy = await opened(f"?shop={SHOP}&embedded=1&host=YWRtaW4")
    script = f'<script src="{dashboard.APP_BRIDGE}" data-api-key="odd&quot;app"></script>'
    assert script in page
    assert "script-src 'self' https://cdn.shopify.com/shopifycloud/;" in policy
    alone = [await opened(""), await opened(f"?shop={SHOP}"), await opened("?embedded=1")]
    alone.append(await opened("?shop=other.myshopify.com&embedded=1"))
    alone.append(await opened(f"?shop={SHOP}&embedded=1", client_id=None))
    for page, policy in alone:
        assert "shopify" not in page
        assert "script-src 'self';" in policy


async def test_without_a_build_the_page_says_what_to_do(database: Database, tmp_path: Path):
    async with browser(database, tmp_path) as client:
        answer = await client.get("/dashboard/", headers=BROWSER)
        (tmp_path / "index.html").write_text("built meanwhile")
        later = await client.get("/dashboard/", headers=BROWSER)

    assert answer.status_code == 503
    assert "make web" in answer.text
    assert later.text == "built meanwhile"
