"""A merchant words what customers are told, looks at it, and takes it back."""

from typing import Any

import httpx

from loyalnest import merchants, templates
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from loyalnest.kernel.relay import settle
from loyalnest.templates import Channel, Occasion, Wanted, Words
from loyalnest.templates.models import TemplateVersionRow
from tests.conftest import NOW
from tests.doors import bearing, house, make_key, open_cafe

ADDRESS = "https://nest.example"
EARNED = "/points_earned/email/de"


class Writer:
    """Somebody who words a merchant's messages."""

    def __init__(self, client: httpx.AsyncClient, key: str):
        self.client, self.key = client, key

    async def asks(self, method: str, path: str, body: Any = None) -> httpx.Response:
        url = f"/v1/api/notifications/templates{path}"
        return await self.client.request(method, url, json=body, headers=bearing(self.key))

    async def gets(self, path: str) -> dict[str, Any]:
        return await self.does("GET", path)

    async def does(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = await self.asks(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def test_words_are_read_changed_looked_at_and_put_back_and_all_of_it_is_on_record(
    lasting_database: Database,
):
    cafe, _ = await open_cafe(lasting_database, "wording", email="wording@example.com")
    other, _ = await open_cafe(lasting_database, "silent", email="silent@example.com")
    async with house(lasting_database) as client:
        ours = Writer(client, await make_key(lasting_database, cafe.id))
        theirs = Writer(client, await make_key(lasting_database, other.id))
        occasions = (await ours.gets(""))["items"]
        assert [each["occasion"] for each in occasions] == list(Occasion)
        first = await ours.gets(EARNED)
        assert (first["version"], first["own"]) == (0, False)
        assert first["words"] == first["default"]

        words = {"subject": "{{ points }} mehr", "body": "Hallo!\n\nDu hast {{ balance }}."}
        change = {"words": words, "version": 0}
        saved = await ours.does("PUT", EARNED, change)
        assert (saved["version"], saved["own"], saved["outdated"]) == (1, True, False)
        assert saved["words"]["subject"] == "{{ points }} mehr"
        assert (await ours.does("PUT", EARNED, {"words": words}))["version"] == 1
        stale = await ours.asks("PUT", EARNED, {"words": first["words"], "version": 0})
        assert (stale.status_code, stale.json()["code"]) == (409, "TEMPLATE_STALE")
        again = {"words": {**words, "body": "Danke für {{ points }}!"}, "version": 1}
        assert (await ours.does("PUT", EARNED, again))["version"] == 2

        ours_now = (await ours.gets(""))["items"][1]["channels"][0]["saved"]
        assert [(it["language"], it["version"], it["own"]) for it in ours_now] == [("de", 2, True)]
        assert (await theirs.gets(EARNED))["words"] == first["default"]
        assert (await theirs.gets(f"{EARNED}/versions"))["items"] == []

        back = await ours.does("POST", f"{EARNED}/restore", {"restore": 1, "version": 2})
        assert (back["version"], back["words"]["body"]) == (3, "Hallo!\n\nDu hast {{ balance }}.")
        usual = await ours.does("POST", f"{EARNED}/restore", {"restore": 0})
        assert (usual["version"], usual["own"], usual["words"]) == (4, False, first["default"])
        versions = await ours.gets(f"{EARNED}/versions?limit=3")
        assert [it["version"] for it in versions["items"]] == [4, 3, 2]
        assert versions["items"][0]["words"] is None
        assert versions["items"][0]["saved_by"].startswith("api_key:")
        rest = await ours.gets(f"{EARNED}/versions?limit=3&cursor={versions['next_cursor']}")
        assert [it["version"] for it in rest["items"]] == [1]
        missing = await ours.asks("POST", f"{EARNED}/restore", {"restore": 9})
        assert missing.json()["code"] == "TEMPLATE_VERSION_NOT_FOUND"

        await settle(lasting_database, wiring.SUBSCRIBERS)
        told = await client.get("/v1/api/events?type=template.updated", headers=bearing(ours.key))
        assert [it["data"]["restored"] for it in told.json()["items"]] == [None, None, 1, 0]


async def test_a_preview_shows_what_is_not_saved_yet_and_says_where_it_is_wrong(
    lasting_database: Database,
):
    cafe, _ = await open_cafe(lasting_database, "looking", email="looking@example.com")
    async with house(lasting_database) as client:
        ours = Writer(client, await make_key(lasting_database, cafe.id))
        usual = await ours.does("POST", "/points_earned/email/he/preview", {})
        assert usual["direction"] == "rtl"
        assert 'dir="rtl"' in usual["html"]
        words = {"subject": "Hi {{ name }}", "body": "You have {{ balance }}. light dark"}
        asked = {"words": words, "scheme": "dark", "variables": {"points": 1, "balance": 2}}
        shown = await ours.does("POST", "/points_earned/email/en/preview", asked)
        assert (shown["subject"], shown["text"].split("\n")[0]) == (
            "Hi",
            "You have 2 points. light dark",
        )
        assert "@media all" in shown["html"]
        assert "light dark" in shown["html"]
        text = await ours.does("POST", "/points_earned/sms/en/preview", {"words": {"body": "Hi €"}})
        assert text["segments"] == {"encoding": "gsm-7", "units": 5, "segments": 1, "left": 155}
        chat = await ours.does("POST", "/points_earned/whatsapp/zh-CN/preview", {})
        assert chat["whatsapp"]["language"] == "zh_CN"
        assert chat["whatsapp"]["approval"] == "unsubmitted"

        wrong = {"words": {"subject": "x", "body": "Hello\n{{ nobody }}"}}
        refused = await ours.asks("POST", "/points_earned/email/en/preview", wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "VARIABLE_UNKNOWN")
        assert refused.json()["fields"]["words.body"].startswith("Line 2")
        unfit = {"variables": {"points": "many", "balance": 2}}
        refused = await ours.asks("POST", "/points_earned/email/en/preview", unfit)
        assert refused.json()["code"] == "VARIABLE_UNFIT"
        nowhere = await ours.asks("GET", "/email_confirmation/sms/en")
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "TEMPLATE_NOT_FOUND")
        assert (await ours.gets(EARNED))["version"] == 0


async def test_an_approval_belongs_to_a_name_in_a_language(lasting_database: Database):
    cafe, _ = await open_cafe(lasting_database, "judged", email="judged@example.com")
    async with house(lasting_database) as client:
        ours = Writer(client, await make_key(lasting_database, cafe.id))
        chat = "/welcome/whatsapp/en"
        assert (await ours.gets(chat))["approval"] == "unsubmitted"
        noted = await ours.does("PUT", f"{chat}/approval", {"approval": "approved"})
        assert noted["approval"] == "approved"
        assert (await ours.gets("/welcome/whatsapp/de"))["approval"] == "unsubmitted"
        words = {"words": {"body": "Welcome to {{ program }}!", "name": "welcome_2"}}
        assert (await ours.does("PUT", chat, words))["approval"] == "unsubmitted"
        refused = await ours.asks("PUT", "/welcome/sms/en/approval", {"approval": "approved"})
        assert refused.json()["code"] == "PART_UNFIT"


async def test_templates_are_loaded_together_each_in_the_nearest_language_there_is(
    lasting_database: Database,
):
    cafe, _ = await open_cafe(lasting_database, "nearest", email="nearest@example.com")
    home = Wanted(Occasion.WELCOME, Channel.SMS, "pt")
    async with lasting_database.tenant(cafe.id) as session:
        merchant = await merchants.get(session, cafe.id)
        await templates.save(session, home, Words("Oi {{ program }}"), actor="test", now=NOW)
        wanted = [
            Wanted(occasion, channel, language)
            for occasion, terms in templates.TERMS.items()
            for channel in terms.channels
            for language in ("pt-BR", "de", "xx", "da")
        ]
        found = await templates.load(session, wanted, address=ADDRESS)
    assert set(found) == set(wanted)
    brazil = found[Wanted(Occasion.WELCOME, Channel.SMS, "pt-BR")]
    assert (brazil.language, brazil.version, brazil.words.body) == ("pt", 1, "Oi {{ program }}")
    unknown = found[Wanted(Occasion.WELCOME, Channel.SMS, "xx")]
    assert unknown.language == merchant.locale.partition("-")[0]


async def test_words_that_name_what_is_gone_give_way_to_ours(lasting_database: Database):
    cafe, _ = await open_cafe(lasting_database, "gone", email="gone@example.com")
    it = Wanted(Occasion.WELCOME, Channel.SMS, "en")
    async with lasting_database.tenant(cafe.id) as session:
        session.add(
            TemplateVersionRow(
                merchant_id=cafe.id,
                occasion=it.occasion,
                channel=it.channel,
                language=it.language,
                version=1,
                words={
                    "body": "Hello {{ once }}",
                    "subject": None,
                    "preheader": None,
                    "name": None,
                },
                saved_at=NOW,
                saved_by="test",
            )
        )
    async with lasting_database.tenant(cafe.id) as session:
        found = (await templates.load(session, [it], address=ADDRESS))[it]
    assert (found.version, found.words.body.startswith("{{ program }}")) == (0, True)
    async with house(lasting_database) as client:
        ours = Writer(client, await make_key(lasting_database, cafe.id))
        assert (await ours.gets("/welcome/sms/en"))["outdated"] is True
