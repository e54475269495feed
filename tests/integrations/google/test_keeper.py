"""What Google is told of cards, held against what it publishes."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import jwt
import pytest

from loyalnest.integrations import google
from loyalnest.wallet import PassLocation, Told
from tests.emulators import Cut, Garbage, GoogleWallet, Say
from tests.integrations.google.cast import SAVE_URL, content, program, texts, wallet_at


@dataclass
class Line:
    """Google, and us."""

    vendor: GoogleWallet
    wallet: google.GoogleWallet

    @property
    def card(self) -> dict[str, object]:
        (only,) = self.vendor.objects.values()
        return only


@pytest.fixture
async def line(tmp_path: Path) -> AsyncGenerator[Line]:
    async with GoogleWallet() as vendor:
        wallet = wallet_at(vendor, tmp_path)
        yield Line(vendor, wallet)
        await wallet.close()


async def put(line: Line, collected: int = 4, *, notify: bool = False, **changed: object) -> Told:
    shown = content(collected, **changed)
    outcome = await line.wallet.put_pass(shown, program_id=program().id, notify=notify)
    return outcome.told


async def test_a_program_and_a_card_are_made_and_say_all_there_is_in_all_languages(
    line: Line,
) -> None:
    assert (await line.wallet.put_program(program())).told is Told.TAKEN
    assert await put(line) is Told.TAKEN
    (known,) = line.vendor.classes.values()
    assert known["reviewStatus"] == "UNDER_REVIEW"
    assert known["localizedProgramName"]["translatedValues"] == [
        {"language": "de", "value": "Kaffeekarte"}
    ]
    card = line.vendor.objects[f"{line.vendor.issuer_id}.{'a' * 32}"]
    assert card["state"] == "ACTIVE"
    assert card["loyaltyPoints"]["balance"] == {"string": "4/10"}
    assert card["barcode"] == {
        "type": "QR_CODE",
        "value": content().code,
        "alternateText": "ABCDE-12345",
    }
    label = card["loyaltyPoints"]["localizedLabel"]
    assert {"language": "de", "value": "Stempel"} in label["translatedValues"]
    assert [it["id"] for it in card["textModulesData"]] == ["next", "rewards", "how"]


async def test_what_is_there_is_changed_in_one_call(line: Line) -> None:
    await line.wallet.put_program(program())
    await put(line)
    before = len(line.vendor.requests)
    await put(line, 5, due=("Free cake",))
    assert [it.method for it in line.vendor.requests[before:]] == ["PATCH"]
    assert line.card["loyaltyPoints"]["balance"] == {"string": "5/10"}  # type: ignore[index]
    assert line.card["textModulesData"][0]["body"] == "Free cake"  # type: ignore[index]


async def test_a_card_says_where_the_stores_are_and_until_when_its_stamps_count(line: Line) -> None:
    await line.wallet.put_program(program())
    said = replace(texts("en", "4 / 10"), good_until="December 20, 2026")
    places = (PassLocation(51.5, -0.12, "North"),)
    await put(line, locations=places, texts={"en": said})
    assert line.card["merchantLocations"] == [{"latitude": 51.5, "longitude": -0.12}]
    told = {it["id"]: (it["header"], it["body"]) for it in line.card["textModulesData"]}  # type: ignore[attr-defined]
    assert told["good"] == ("Good until", "December 20, 2026")
    assert "validTimeInterval" not in line.card, "the card itself stays good"
    await put(line, 5)
    assert line.card["merchantLocations"] == []
    assert "good" not in [it["id"] for it in line.card["textModulesData"]]  # type: ignore[attr-defined]


async def test_one_access_token_serves_until_it_is_refused(line: Line) -> None:
    await line.wallet.put_program(program())
    await put(line)
    assert [it.path for it in line.vendor.requests].count("/token") == 1
    line.vendor.forget_tokens()
    assert await put(line, 5) is Told.LATER
    assert await put(line, 5) is Told.TAKEN
    assert [it.path for it in line.vendor.requests].count("/token") == 2


async def test_a_program_that_was_approved_stays_so_when_it_changes(line: Line) -> None:
    await line.wallet.put_program(program())
    line.vendor.approve()
    changed = program(background="#000000")
    assert (await line.wallet.put_program(changed)).told is Told.TAKEN
    (known,) = line.vendor.classes.values()
    assert (known["reviewStatus"], known["hexBackgroundColor"]) == ("APPROVED", "#000000")


async def test_a_phone_speaks_up_three_times_a_day_and_the_card_is_right_all_the_same(
    line: Line,
) -> None:
    await line.wallet.put_program(program())
    await put(line, 0)
    name = str(line.card["id"])
    for collected in range(1, 6):
        assert await put(line, collected, notify=True) is Told.TAKEN
    assert len(line.vendor.notified[name]) == 3
    assert line.card["loyaltyPoints"]["balance"] == {"string": "5/10"}  # type: ignore[index]
    line.vendor.now += timedelta(hours=25)
    await put(line, 6, notify=True)
    assert line.vendor.notified[name][-1] == line.vendor.now


async def test_a_void_card_is_put_away_and_names_nobody(line: Line) -> None:
    await line.wallet.put_program(program())
    await put(line)
    await put(line, voided=True, holder=None)
    assert line.card["state"] == "INACTIVE"
    assert "Anna" not in str(line.card)


async def test_the_save_link_is_short_and_names_the_card_alone(line: Line) -> None:
    await line.wallet.put_program(program())
    await put(line)
    link = line.wallet.save_link("a" * 32)
    assert link.startswith(SAVE_URL)
    assert len(link) < 1800
    assert line.vendor.save(link) == line.card["id"]
    assert line.card["hasUsers"]
    claims = jwt.decode(link.rpartition("/")[2], options={"verify_signature": False})
    assert claims["payload"] == {"loyaltyObjects": [{"id": line.card["id"]}]}


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Say(503), Told.LATER),
        (Say(429, {"error": {"status": "RESOURCE_EXHAUSTED"}}), Told.LATER),
        (Say(403, {"error": {"status": "PERMISSION_DENIED"}}), Told.REFUSED),
        (Cut(done=True), Told.LATER),
        (Garbage(), Told.LATER),
        (Garbage(status=502), Told.LATER),
    ],
)
async def test_what_goes_wrong_on_the_way_comes_again_and_what_is_refused_says_so(
    line: Line, trouble: object, told: Told
) -> None:
    await line.wallet.put_program(program())
    line.vendor.then(trouble)  # type: ignore[arg-type]
    assert await put(line) is told
    assert await put(line) is Told.TAKEN
    assert len(line.vendor.objects) == 1


async def test_a_card_whose_program_is_not_known_there_is_refused(line: Line) -> None:
    assert await put(line) is Told.REFUSED
