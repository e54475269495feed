"""Whoever is refused something is told so in their language."""

import json
from typing import Any

import httpx

from loyalnest.kernel.database import Database
from tests.doors import bearing, house, make_key, open_cafe
from tests.tidy.repository import ROOT


def words(language: str, code: str) -> str:
    return json.loads((ROOT / "locales" / f"{language}.json").read_text())["problem"][code]


async def test_a_refusal_is_told_in_the_language_of_the_request(database: Database):
    cafe, _ = await open_cafe(database)
    key = await make_key(database, cafe.id)
    async with house(database) as client:

        async def refused(path: str, browser: str = "", bearer: str = "") -> httpx.Response:
            headers = {**(bearing(bearer) if bearer else {}), "Accept-Language": browser}
            answer = await client.get(f"/v1/api{path}", headers=headers)
            assert answer.headers["content-type"] == "application/problem+json"
            return answer

        def told(answer: httpx.Response) -> tuple[str | None, str]:
            said: dict[str, Any] = answer.json()
            return answer.headers.get("content-language"), said["detail"]

        nobody = "UNAUTHENTICATED"
        plain = await refused("/customers")
        assert told(plain)[0] is None
        assert "Authorization: Bearer" in told(plain)[1]
        german = await refused("/customers", "de-AT,de;q=0.9")
        assert told(german) == ("de", words("de", nobody))
        assert german.headers["vary"] == "Accept-Language"
        assert told(await refused("/customers?language=ja", "de")) == ("ja", words("ja", nobody))
        assert told(await refused("/customers", "tlh, en;q=0.5")) == told(plain)

        # A code without a text of its own keeps what the server says.
        unknown = await client.put(
            "/v1/api/texts/de/app.nothing",
            json={"forms": {"other": "Nichts"}},
            headers={**bearing(key), "Accept-Language": "de"},
        )
        assert told(unknown) == (None, "There is no such text.")

        body = {"email": "ada@example.com", "locale": "sv"}
        made = await client.post("/v1/api/customers", json=body, headers=bearing(key))
        path = f"/v1/api/customers/{made.json()['id']}/sessions"
        session = (await client.post(path, headers=bearing(key))).json()["token"]
        wrong = words("sv", "INVALID_REQUEST")
        assert told(await refused("/me?days=0", "de", session)) == ("sv", wrong)
        assert told(await refused("/me?days=0&language=de", "", session))[0] == "de"
