"""What speaks up by itself: to whom, in which words, how often, and when it is silent."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from loyalnest.merchants import ProgramSettings
from tests.conftest import NOW
from tests.doors import bearing
from tests.shop import Shop, open_shop
from tests.storefront.pages import CONFIG, Desk, desk_of, domain_of, nudge, told


async def test_a_nudge_reaches_the_pages_in_the_readers_words(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    german = {"title": "Punkte für jede Bestellung", "button": "Mitmachen"}
    terms = nudge(
        translations={"de": german},
        where=["product", "cart"],
        audience="guest",
        after_s=5,
        cap={"times": 2, "days": 30},
        link="/account/register",
    )
    made = await desk.gets("POST", "nudges", terms=terms, state="active")
    (said,) = (await told(client, shop, "de"))["nudges"]
    assert said == {
        "id": made["id"],
        "version": 1,
        "kind": "sticky_bar",
        "where": ["product", "cart"],
        "audience": "guest",
        "after_s": 5,
        "cap": {"times": 2, "days": 30},
        "words": german,
        "link": "/account/register",
        "code": None,
    }
    # Nobody has said it in Farsi: it is said in the shop's own language.
    (said,) = (await told(client, shop, "fa"))["nudges"]
    assert said["words"] == terms["words"]
    assert "Summer" not in str(said)


async def test_only_what_is_on_and_in_its_time_speaks(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    earlier, later = (NOW + timedelta(days=days) for days in (-1, 1))
    times: dict[str, dict[str, Any]] = {
        "now": {"starts_at": earlier.isoformat(), "ends_at": later.isoformat()},
        "over": {"ends_at": earlier.isoformat()},
        "to come": {"starts_at": later.isoformat()},
    }
    for title, time in times.items():
        terms = nudge(**time) | {"words": {"title": title}}
        await desk.gets("POST", "nudges", terms=terms, state="active")
    for state in ("draft", "paused", "archived"):
        terms = nudge() | {"words": {"title": state}}
        await desk.gets("POST", "nudges", terms=terms, state=state)
    said = await told(client, shop)
    assert [each["words"]["title"] for each in said["nudges"]] == ["now"]
    assert not said["nudges_for_tiers"]
    listed = (await desk.gets("GET", "nudges?state=paused"))["items"]
    assert [each["terms"]["words"]["title"] for each in listed] == ["paused"]


@pytest.mark.parametrize(("switch", "state"), [("nudges", "paused"), ("program", "off")])
async def test_the_switch_silences_them_all(
    client: httpx.AsyncClient, shop: Shop, desk: Desk, switch: str, state: str
) -> None:
    made = await desk.gets("POST", "nudges", terms=nudge(), state="active")
    settings = ProgramSettings.model_validate({"switches": {switch: state}})
    await shop.sets(switches=settings.switches)
    said = await told(client, shop)
    assert (said["nudges"], said["switches"][switch]) == ([], state)
    assert (await desk.gets("GET", f"nudges/{made['id']}"))["state"] == "active"


async def test_what_is_for_a_tier_alone_is_in_no_public_answer(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    code = {"audience": "member", "tiers": ["gold"], "code": "GOLD-EARLY"}
    await desk.gets("POST", "nudges", terms=nudge("discount_banner", **code), state="active")
    answer = await client.get(CONFIG, params={"shop": await domain_of(shop)})
    assert (answer.json()["nudges"], answer.json()["nudges_for_tiers"]) == ([], True)
    assert "GOLD-EARLY" not in answer.text


async def test_a_code_for_members_is_told_to_members_alone(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    for audience, code in (("member", "MEMBERS20"), ("member", None), ("guest", "HELLO10")):
        terms = nudge(audience=audience, code=code) | {"name": f"{audience} {code}"}
        await desk.gets("POST", "nudges", terms=terms, state="active")
    asks = {"title": "News", "consent": "You may write to me."}
    terms = nudge("email_capture", words=asks, audience="member", code="NEWS5")
    await desk.gets("POST", "nudges", terms=terms, state="active")
    said = await told(client, shop)
    assert [(it["audience"], it["code"]) for it in said["nudges"]] == [
        *(("member", None), ("guest", "HELLO10"), ("member", None)),
    ]
    assert said["nudges_for_tiers"]
    who = await shop.customer_id()
    started = await client.post(f"/v1/api/customers/{who}/sessions", headers=desk.key)
    own = await client.get("/v1/api/me/perks", headers=bearing(started.json()["token"]))
    assert [it["code"] for it in own.json()["nudges"]] == ["MEMBERS20"]


async def test_a_version_is_made_by_every_change_and_read_before_it_is_replaced(
    desk: Desk,
) -> None:
    made = await desk.gets("POST", "nudges", terms=nudge())
    path = f"nudges/{made['id']}"
    on = await desk.gets("PUT", path, terms=nudge(), state="active", version=1)
    assert (on["version"], on["state"]) == (2, "active")
    other = nudge(after_s=9)
    assert (await desk.gets("PUT", path, terms=other, state="active", version=2))["version"] == 3
    stale = await desk.asks("PUT", path, terms=nudge(), state="active", version=2)
    assert (stale.status_code, stale.json()["code"]) == (409, "CONTENT_STALE")
    # Who still has it on before them doesn't switch it on again.
    assert (await desk.gets("PUT", path, terms=other, state="paused", version=3))["version"] == 4
    words = other | {"words": {"title": "Better"}}
    stale = await desk.asks("PUT", path, terms=words, state="active", version=3)
    assert (stale.status_code, stale.json()["code"]) == (409, "CONTENT_STALE")
    fixed = await desk.asks("PUT", path, terms=nudge("note"), state="active")
    assert (fixed.status_code, fixed.json()["code"]) == (409, "NUDGE_KIND_FIXED")
    nowhere = await desk.asks("PUT", "nudges/ndg_none", terms=nudge(), state="active")
    assert nowhere.status_code == 404


async def test_there_are_at_most_20_at_a_time(desk: Desk) -> None:
    on = {"terms": nudge(), "state": "active"}
    made = [await desk.gets("POST", "nudges", **on) for _ in range(20)]
    over = await desk.asks("POST", "nudges", **on)
    assert (over.status_code, over.json()["code"]) == (409, "TOO_MANY_NUDGES")
    draft = await desk.gets("POST", "nudges", terms=nudge())
    assert (await desk.asks("PUT", f"nudges/{draft['id']}", **on)).status_code == 409
    assert (await desk.asks("PUT", f"nudges/{made[0]['id']}", **on)).status_code == 200


async def test_words_are_kept_as_people_write_them(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    words = {"title": "  I <3 you\n& “me” 🎉 ", "text": "שלום ⁨LoyalNest⁩ — a & b; 5 < 6"}
    await desk.gets("POST", "nudges", terms=nudge() | {"words": words}, state="active")
    (said,) = (await told(client, shop))["nudges"]
    assert said["words"] == {"title": "I <3 you & “me” 🎉", "text": words["text"]}


@pytest.mark.parametrize(
    "title",
    [
        *("", "   ", "\u200b", "\u2800", "x" * 81, "<script>alert(1)</script>", "</p>", "<!--"),
        *("<img src=x onerror=alert(1)>", "&lt;b&gt;", "&#60;", "\u202eevil", "a\x00b", "\u2067x"),
    ],
)
async def test_words_that_are_none_or_more_than_words_are_refused(desk: Desk, title: str) -> None:
    for place in ({"words": {"title": title}}, {"translations": {"de": {"title": title}}}):
        answer = await desk.asks("POST", "nudges", terms=nudge() | place)
        assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    "terms",
    [
        nudge("discount_banner"),
        nudge("discount_banner", code="TEN OFF"),
        nudge("after_purchase"),
        nudge("email_capture"),
        nudge(words={"title": "x", "consent": "I agree"}),
        nudge(words={"title": "x", "thanks": "Thank you"}),
        nudge(where=["any", "cart"]),
        nudge(where=["cart", "cart"]),
        nudge(where=[]),
        nudge(where=["checkout"]),
        nudge(tiers=["gold"]),
        nudge(tiers=[f"tier_{n}" for n in range(21)], audience="member"),
        nudge(translations={"tlh": {"title": "nuqneH"}}),
        nudge(after_s=601),
        nudge(cap={"times": 0}),
        nudge(link="https://example.com"),
        nudge(link="javascript:alert(1)"),
        nudge(starts_at="2026-12-01T00:00:00Z", ends_at="2026-12-01T00:00:00Z"),
        nudge(starts_at="2026-12-01T00:00:00"),
        nudge(unheard_of=1),
    ],
)
async def test_terms_that_make_no_sense_are_refused(desk: Desk, terms: dict[str, Any]) -> None:
    answer = await desk.asks("POST", "nudges", terms=terms)
    assert answer.status_code == 422, answer.text
    assert answer.json()["fields"]
    assert (await desk.gets("GET", "nudges"))["items"] == []


def trial(subject: str, **changes: str) -> dict[str, Any]:
    """An experiment with what a nudge, or the launcher, says."""
    return {
        "name": "Say it otherwise",
        "subject": subject,
        "variants": [{"key": "a"}, {"key": "b", "changes": changes}],
        "goal": {"kind": "click", "element": subject},
        "plan": {"baseline": 0.2, "effect": 0.2},
    }


async def starts(desk: Desk, design: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    path = "/v1/api/experiments"
    drawn = await desk.client.post(path, json={"design": design}, headers=desk.key)
    assert drawn.status_code == 201, drawn.text
    started = await desk.client.post(f"{path}/{drawn.json()['id']}/start", headers=desk.key)
    return started.status_code, started.json()


async def test_nothing_is_tried_with_what_nobody_meets(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    """Else what is said to some tiers alone would be told to everybody, as a variant of it."""
    theirs = await desk_of(client, await open_shop(shop.database))
    over = nudge(ends_at=(NOW - timedelta(days=1)).isoformat())
    golden = nudge(audience="member", tiers=["gold"])
    unmet = [
        await desk.gets("POST", "nudges", terms=nudge(), state="paused"),
        await desk.gets("POST", "nudges", terms=over, state="active"),
        await desk.gets("POST", "nudges", terms=golden, state="active"),
        await theirs.gets("POST", "nudges", terms=nudge(), state="active"),
        {"id": f"ndg_{'0' * 32}"},
    ]
    for it in unmet:
        status, refused = await starts(desk, trial(f"nudge:{it['id']}", title="Only for gold"))
        assert (status, refused["code"]) == (409, "SUBJECT_NOT_SHOWN"), it
    await desk.gets("PUT", "site", settings={"widget": {"enabled": False}})
    status, refused = await starts(desk, trial("launcher", launcher="Gifts"))
    assert (status, refused["code"]) == (409, "SUBJECT_NOT_SHOWN")
    assert "Only for gold" not in str(await told(client, shop))


async def test_a_nudge_says_the_same_as_long_as_it_is_compared_with_something_else(
    client: httpx.AsyncClient, shop: Shop, desk: Desk
) -> None:
    to_come = nudge(starts_at=(NOW + timedelta(days=1)).isoformat())
    made = await desk.gets("POST", "nudges", terms=to_come, state="active")
    status, started = await starts(desk, trial(f"nudge:{made['id']}", title="Points, points"))
    assert status == 200, started
    at = f"nudges/{made['id']}"
    for terms in (to_come | {"words": {"title": "Better"}}, golden_of(to_come)):
        refused = await desk.asks("PUT", at, terms=terms, state="active")
        assert (refused.status_code, refused.json()["code"]) == (409, "NUDGE_ON_TRIAL")
    for state in ("paused", "active"):
        assert (await desk.gets("PUT", at, terms=to_come, state=state))["state"] == state
    await client.post(f"/v1/api/experiments/{started['id']}/end", headers=desk.key)
    saved = await desk.gets("PUT", at, terms=golden_of(to_come), state="active")
    assert saved["version"] == 4


def golden_of(terms: dict[str, Any]) -> dict[str, Any]:
    return terms | {"audience": "member", "tiers": ["gold"]}
