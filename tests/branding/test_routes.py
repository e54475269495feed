"""A merchant says how its customers should know it, and customers' browsers find the logo."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from loyalnest import branding
from loyalnest.entrypoints import doors, wiring
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from tests.branding.drawings import drawing, png_of_claimed_size
from tests.conftest import NOW
from tests.doors import bearing, house, make_key, open_cafe

GREEN, RED = drawing(), drawing("JPEG", colour="red")
PATH = "/v1/api/branding"
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@dataclass
class Desk:
    """Somebody with a key of a merchant."""

    client: httpx.AsyncClient
    database: Database
    merchant_id: UUID
    key: str

    async def asks(
        self, method: str, path: str = "", *, body: Any = None, picture: Any = None
    ) -> httpx.Response:
        return await self.client.request(
            method, f"{PATH}{path}", json=body, content=picture, headers=bearing(self.key)
        )

    async def saves(self, version: int | None = None, **settings: Any) -> httpx.Response:
        return await self.asks("PUT", body={"settings": settings, "version": version})

    async def pictures(self) -> int:
        async with self.database.tenant(self.merchant_id) as session:
            return await session.scalar(text("SELECT count(*) FROM pictures")) or 0


@pytest.fixture(scope="module")
async def desks(lasting_database: Database) -> AsyncGenerator[tuple[Desk, Desk]]:
    parts = doors.parts(lasting_database, lasting_database.settings)
    async with house(lasting_database, parts=parts) as client:
        found: list[Desk] = []
        for handle in ("nord", "sud"):
            cafe, _ = await open_cafe(lasting_database, handle, email=f"{handle}@example.com")
            key = await make_key(lasting_database, cafe.id)
            found.append(Desk(client, lasting_database, cafe.id, key))
        yield found[0], found[1]


async def test_a_brand_is_drawn_up_seen_by_anybody_changed_and_taken_back(
    lasting_database: Database, desks: tuple[Desk, Desk]
) -> None:
    nord, sud = desks
    begun = (await nord.asks("GET")).json()
    assert (begun["version"], begun["name"], begun["logo"]) == (0, "Café nord", None)
    assert begun["palette"]["on_colour"] == "#ffffff"

    uploaded = await nord.asks("POST", "/logos", picture=GREEN)
    assert uploaded.status_code == 201, uploaded.text
    logo = uploaded.json()
    assert (await nord.asks("GET")).json() == begun  # looked at, not chosen
    look = {"name": "☕ Nord", "colour": "#FFCC00", "corners": "round", "logo": logo["hash"]}
    saved = (await nord.saves(0, **look)).json()
    assert (saved["version"], saved["name"], saved["logo"]) == (1, "☕ Nord", logo)
    assert saved["palette"]["text"] == "#907300"
    assert (await nord.saves(0, **look)).json() == saved  # again: nothing is changed
    stale = await nord.saves(0, name="Overwritten")
    assert (stale.status_code, stale.json()["code"]) == (409, "BRANDING_STALE")

    await look_at(nord.client, logo["url"])
    await look_for_others(nord, sud, logo)

    second = (await nord.asks("PUT", "/logo", picture=RED)).json()
    assert (second["version"], second["name"]) == (2, "☕ Nord")
    assert second["logo"]["hash"] != logo["hash"]
    removed = (await nord.asks("DELETE", "/logo")).json()
    assert (removed["version"], removed["logo"]) == (3, None)
    assert (await nord.asks("DELETE", "/logo")).json() == removed
    back = (await nord.saves(3, **look)).json()  # what was sent out with the first shows it still
    assert (back["version"], back["logo"]) == (4, logo)
    assert (await nord.client.get(second["logo"]["url"])).status_code == 200

    assert await told_of(nord, lasting_database) == [
        ["name", "colour", "corners", "logo"],
        ["logo"],
        ["logo"],
        ["logo"],
    ]


async def told_of(desk: Desk, database: Database) -> list[list[str]]:
    """What the log says of each change, all of them signed."""
    await relay.settle(database, wiring.SUBSCRIBERS)
    path = "/v1/api/events?type=branding.changed"
    told = (await desk.client.get(path, headers=bearing(desk.key))).json()["items"]
    assert all(each["author"]["actor"].startswith("api_key:key_") for each in told)
    return [each["data"]["changed"] for each in told]


async def look_for_others(nord: Desk, sud: Desk, logo: dict[str, Any]) -> None:
    """What is another's is not there, and neither is what never was."""
    for address in (
        logo["url"].replace(to_wire("mer", nord.merchant_id), to_wire("mer", sud.merchant_id)),
        logo["url"].replace(to_wire("mer", nord.merchant_id), to_wire("mer", new_id())),
        logo["url"].replace(logo["hash"], "0" * 64),
        logo["url"].replace("mer_", "cus_"),
        logo["url"].replace(".webp", ".png"),
        logo["url"].replace(".webp", ""),
        f"/media/{to_wire('mer', nord.merchant_id)}/..%2f..%2fetc%2fpasswd",
        "/media/../../etc/passwd",
        "/media/",
    ):
        nothing = await nord.client.get(address)
        assert (nothing.status_code, nothing.json()["code"]) == (404, "NOT_FOUND"), address
        assert "immutable" not in nothing.headers.get("cache-control", "")
    assert (await sud.asks("GET")).json()["version"] == 0
    stolen = await sud.saves(logo=logo["hash"])
    assert (stolen.status_code, stolen.json()["code"]) == (404, "LOGO_NOT_FOUND")


async def look_at(client: httpx.AsyncClient, address: str) -> None:
    """As a browser does on the page of a shop, and again a year later."""
    found = await client.get(address)
    assert found.status_code == 200
    assert found.content[8:12] == b"WEBP"
    assert {name: found.headers[name] for name in (
        "content-type", "cache-control", "x-content-type-options", "cross-origin-resource-policy",
    )} == {
        "content-type": "image/webp",
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "cross-origin",
    }  # fmt: skip
    known = {"If-None-Match": found.headers["etag"]}
    again = await client.get(address, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == found.headers["cache-control"]
    # Nobody looks for what a browser says it has, not even whether it is kept still.
    gone = address.replace(found.headers["etag"].strip('"'), "0" * 64)
    assert (await client.get(gone, headers={"If-None-Match": f'"{"0" * 64}"'})).status_code == 304
    assert (await client.get(gone, headers=known)).status_code == 404
    assert (await client.head(address)).headers["content-length"] == str(len(found.content))


async def slowly(body: bytes, database: Database) -> AsyncGenerator[bytes]:
    """A body that says not how long it is; nobody waits for it with a connection in hand."""
    for start in range(0, len(body), 200_000):
        assert "Checked out connections: 0" in database.engine.pool.status()
        yield body[start : start + 200_000]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "LOGO_NOT_AN_IMAGE"),
        (b"<html><script>alert(1)</script></html>", 422, "LOGO_NOT_AN_IMAGE"),
        (SCRIPT, 422, "LOGO_IS_SVG"),
        (png_of_claimed_size(50_000, 50_000), 422, "LOGO_TOO_MANY_PIXELS"),
        (b"\0" * (2 * 1024 * 1024 + 1), 413, "LOGO_TOO_LARGE"),
    ],
)
async def test_what_is_no_logo_is_refused_and_leaves_nothing(
    lasting_database: Database, desks: tuple[Desk, Desk], body: bytes, status: int, code: str
) -> None:
    _, sud = desks
    for method, path in (("POST", "/logos"), ("PUT", "/logo")):
        for sent in (body, slowly(body, lasting_database)):
            answer = await sud.asks(method, path, picture=sent)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await sud.asks("GET")).json()["version"] == 0
    assert await sud.pictures() == 0


async def test_a_large_picture_comes_through_and_nothing_else_grows_with_it(
    lasting_database: Database, desks: tuple[Desk, Desk]
) -> None:
    nord, _ = desks
    large = drawing() + b"\0" * 1_900_000  # the API takes 1 MB otherwise
    answer = await nord.asks("POST", "/logos", picture=slowly(large, lasting_database))
    assert answer.status_code == 201
    assert (
        answer.json()["hash"] == (await nord.asks("POST", "/logos", picture=GREEN)).json()["hash"]
    )
    other = await nord.asks("PUT", body={"settings": {"name": "x" * 1_100_000}})
    assert (other.status_code, other.json()["code"]) == (413, "TOO_LARGE")


async def test_who_may_only_read_sends_no_picture_and_saves_nothing(
    lasting_database: Database, desks: tuple[Desk, Desk]
) -> None:
    nord, _ = desks
    key = await make_key(lasting_database, nord.merchant_id, "program:read")
    reader = replace(nord, key=key)
    assert (await reader.asks("GET")).status_code == 200

    async def never() -> AsyncGenerator[bytes]:
        raise AssertionError("nobody should have read this")
        yield b""

    for answer in (
        await reader.asks("POST", "/logos", picture=never()),
        await reader.asks("PUT", "/logo", picture=never()),
        await reader.asks("DELETE", "/logo"),
        await reader.saves(name="Mine now"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "MISSING_SCOPE")


async def test_whoever_guesses_at_pictures_is_counted_and_who_looks_at_them_is_not(
    lasting_database: Database, desks: tuple[Desk, Desk]
) -> None:
    nord, _ = desks
    url = (await nord.asks("POST", "/logos", picture=GREEN)).json()["url"]
    parts = doors.parts(lasting_database, lasting_database.settings)
    async with house(lasting_database, parts=parts, anonymous_requests=2) as client:
        seen = [(await client.get(url)).status_code for _ in range(4)]
        guessed = [(await client.get(f"{url}{number}")).status_code for number in range(3)]
    assert (seen, guessed) == ([200] * 4, [404, 404, 429])


async def test_of_two_who_save_at_once_one_is_told(desks: tuple[Desk, Desk]) -> None:
    nord, _ = desks
    version = (await nord.asks("GET")).json()["version"]
    answers = await asyncio.gather(*(nord.saves(version, name=name) for name in ("A", "B", "C")))
    assert sorted(each.status_code for each in answers) == [200, 409, 409]


async def test_the_pictures_that_came_last_are_kept_and_the_logo_whatever_its_age(
    lasting_database: Database, desks: tuple[Desk, Desk]
) -> None:
    nord, _ = desks
    chosen = (await nord.asks("PUT", "/logo", picture=GREEN)).json()["logo"]
    async with lasting_database.tenant(nord.merchant_id) as session:
        for number in range(60):
            picture = branding.Picture(f"{number:064x}", b"RIFF", 1, 1)
            await branding.keep_picture(session, picture, actor="test", now=NOW)
    assert await nord.pictures() == 51
    assert (await nord.client.get(chosen["url"])).status_code == 200
