"""A merchant reads what the product says, and says it in words of its own."""

from typing import Any

import httpx

from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from loyalnest.kernel.relay import settle
from tests.doors import bearing, house, make_key, open_cafe

SIGN_OUT, POINTS = "/de/app.signOut", "/de/unit.points"


class Reader:
    """Somebody who works for a merchant."""

    def __init__(self, client: httpx.AsyncClient, key: str):
        self.client, self.key = client, key

    async def asks(
        self, method: str, path: str, forms: dict[str, str] | None = None, *, known: str = ""
    ) -> httpx.Response:
        body = {"forms": forms} if forms is not None else None
        told = {**bearing(self.key), **({"If-None-Match": known} if known else {})}
        return await self.client.request(method, f"/v1/api/texts{path}", json=body, headers=told)

    async def gets(self, path: str) -> dict[str, Any]:
        answer = await self.asks("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def state(self, method: str, path: str, **forms: str) -> str:
        answer = await self.asks(method, path, forms=forms or None)
        assert answer.status_code == 200, answer.text
        return answer.json()["state"]

    async def progress(self, language: str = "de") -> tuple[int, ...]:
        items = (await self.gets("/languages"))["items"]
        found = next(each for each in items if each["language"] == language)
        states = ("machine", "reviewed", "mended", "outdated")
        assert sum(found[state] for state in states) in (0, found["texts"])
        return tuple(found[state] for state in states[1:])


async def test_texts_are_mended_read_and_put_back_and_all_of_it_is_on_record(
    lasting_database: Database,
):
    cafe, _ = await open_cafe(lasting_database, "reading", email="reading@example.com")
    other, _ = await open_cafe(lasting_database, "another", email="another@example.com")
    async with house(lasting_database) as client:
        ours = Reader(client, await make_key(lasting_database, cafe.id))
        theirs = Reader(client, await make_key(lasting_database, other.id))
        assert await ours.progress() == (0, 0, 0)
        assert await ours.gets("/de/mended") == {}

        mended = await ours.asks("PUT", SIGN_OUT, forms={"other": "  Tschu\u0308s  "})
        assert mended.json()["text"] == {"other": "Tschüs"}
        assert (mended.json()["english"], mended.json()["state"]) == (
            {"other": "Sign out"},
            "mended",
        )
        forms = {"one": "{{shown}} Bohne", "other": "{{shown}} Bohnen"}
        assert await ours.state("PUT", POINTS, **forms) == "mended"
        assert await ours.state("POST", "/de/app.menu/review") == "reviewed"
        assert await ours.progress() == (1, 2, 0)
        assert await ours.gets("/de/mended") == {
            "app": {"signOut": "Tschüs"},
            "unit": {"points_one": "{{shown}} Bohne", "points_other": "{{shown}} Bohnen"},
        }
        assert await theirs.gets("/de/mended") == {}
        assert await theirs.progress() == (0, 0, 0)

        assert await ours.state("DELETE", f"{SIGN_OUT}/review") == "outdated"
        assert await ours.state("POST", f"{SIGN_OUT}/review") == "mended"
        original = mended.json()["original"]
        assert await ours.state("PUT", SIGN_OUT, **original) == "reviewed"
        assert await ours.state("DELETE", f"{SIGN_OUT}/review") == "machine"
        assert await ours.state("DELETE", POINTS) == await ours.state("DELETE", POINTS) == "machine"
        assert await ours.progress() == (1, 0, 0)

    await all_of_it_is_on_record(lasting_database, ours.key, forms)


async def all_of_it_is_on_record(database: Database, key: str, forms: dict[str, str]) -> None:
    await settle(database, wiring.SUBSCRIBERS)
    async with house(database) as client:
        path = "/v1/api/events?type=text.mended&type=text.reviewed"
        told = (await client.get(path, headers=bearing(key))).json()["items"]
    assert [(it["type"][5:], it["data"]["key"]) for it in told] == [
        ("mended", "app.signOut"),
        ("mended", "unit.points"),
        ("reviewed", "app.menu"),
        ("reviewed", "app.signOut"),
        ("reviewed", "app.signOut"),
        ("mended", "app.signOut"),
        ("reviewed", "app.signOut"),
        ("reviewed", "app.signOut"),
        ("mended", "unit.points"),
    ]
    assert told[1]["data"] == {
        "language": "de",
        "key": "unit.points",
        "before": None,
        "after": forms,
    }
    assert (told[-1]["data"]["before"], told[-1]["data"]["after"]) == (forms, None)
    assert {it["author"]["actor"][:8] for it in told if it.get("author")} <= {"api_key:"}


async def test_a_language_is_searched_narrowed_and_paged(lasting_database: Database):
    cafe, _ = await open_cafe(lasting_database, "paging", email="paging@example.com")
    async with house(lasting_database) as client:
        reader = Reader(client, await make_key(lasting_database, cafe.id))

        async def keys(query: str) -> list[str]:
            return [it["key"] for it in (await reader.gets(f"?language=ru&{query}"))["items"]]

        assert (
            await keys("q=app.signOut") == await keys("q=SIGN OUT&section=app") == ["app.signOut"]
        )
        assert "action.undo" in await keys("q=отменить")
        assert await keys("section=theme") == ["theme.auto", "theme.dark", "theme.light"]
        assert await keys("state=mended") == await keys("q=no such words") == []
        await reader.state("PUT", "/ru/theme.dark", other="Ночь")
        assert await keys("state=mended") == await keys("q=ночь") == ["theme.dark"]

        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await reader.gets(f"?language=ru&limit=200{cursor and f'&cursor={cursor}'}")
            seen += [it["key"] for it in page["items"]]
            cursor = page["next_cursor"]
        (language,) = {it["texts"] for it in (await reader.gets("/languages"))["items"]}
        assert len(seen) == len(set(seen)) == language
        counted = (await reader.gets("?language=ru&q=unit.points"))["items"][0]
        assert list(counted["text"]) == ["one", "few", "many", "other"]
        assert list(counted["english"]) == ["one", "other"]
        assert counted["places"] == ["{{shown}}"]
        odd = await reader.asks("GET", "?language=ru&cursor=WyJub3doZXJlIl0")
        assert odd.json()["code"] == "INVALID_CURSOR"
        assert (await reader.asks("GET", "?language=tlh")).status_code == 422


REFUSED: list[tuple[str, dict[str, str], str, str | None]] = [
    (SIGN_OUT, {"other": "  "}, "TEXT_EMPTY", "forms.other"),
    (SIGN_OUT, {"other": "Auf " * 30}, "TEXT_TOO_LONG", "forms.other"),
    (SIGN_OUT, {"other": "<script>alert(1)</script>"}, "TEXT_NOT_PLAIN", "forms.other"),
    (SIGN_OUT, {"other": "Bis bald, {{name}}"}, "PLACEHOLDER_UNKNOWN", "forms.other"),
    (SIGN_OUT, {"one": "Tschüs", "other": "Tschüs"}, "FORMS_UNFIT", None),
    (POINTS, {"one": "Ein Punkt", "other": "{{shown}}"}, "PLACEHOLDER_MISSING", "forms.one"),
    (POINTS, {"other": "{{shown}} Punkte"}, "FORMS_UNFIT", None),
    (POINTS, {"several": "{{shown}}"}, "INVALID_REQUEST", None),
    ("/de/app.nothing", {"other": "Nichts"}, "TEXT_NOT_FOUND", None),
    ("/tlh/app.menu", {"other": "Qapla"}, "INVALID_REQUEST", None),
]


async def test_words_that_would_break_a_screen_are_refused_and_the_place_is_told(
    lasting_database: Database,
):
    cafe, _ = await open_cafe(lasting_database, "refused", email="refused@example.com")
    async with house(lasting_database) as client:
        reader = Reader(client, await make_key(lasting_database, cafe.id))
        for path, forms, code, field in REFUSED:
            refused = await reader.asks("PUT", path, forms=forms)
            assert refused.json()["code"] == code
            assert refused.status_code == (404 if code == "TEXT_NOT_FOUND" else 422)
            if field:
                assert list(refused.json()["fields"]) == [field]
        assert await reader.gets("/de/mended") == {}

        nothing = await reader.asks("POST", "/en/app.menu/review")
        assert (nothing.status_code, nothing.json()["code"]) == (409, "NOTHING_TO_REVIEW")
        assert await reader.state("PUT", "/en/app.menu", other="Everything") == "mended"
        assert await reader.state("PUT", "/en/app.menu", other="Menu") == "source"


async def test_what_was_mended_is_fetched_again_only_when_it_has_changed(
    lasting_database: Database,
):
    cafe, _ = await open_cafe(lasting_database, "fetching", email="fetching@example.com")
    async with house(lasting_database) as client:
        reader = Reader(client, await make_key(lasting_database, cafe.id))
        first = await reader.asks("GET", "/de/mended")
        assert first.headers["cache-control"] == "private, no-cache"
        known = first.headers["etag"]
        again = await reader.asks("GET", "/de/mended", known=known)
        assert (again.status_code, again.content) == (304, b"")
        await reader.state("PUT", SIGN_OUT, other="Tschüs")
        fresh = await reader.asks("GET", "/de/mended", known=known)
        assert fresh.json() == {"app": {"signOut": "Tschüs"}}
