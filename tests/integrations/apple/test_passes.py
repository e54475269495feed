"""Passes open for readers that are not ours, and say what is on them."""

import hashlib
import json
import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from loyalnest.integrations import apple
from loyalnest.integrations.apple.errors import AppleCertificateExpired
from loyalnest.kernel import clock
from loyalnest.kernel.languages import LANGUAGES
from loyalnest.wallet import PassLocation, PassStage
from tests import node
from tests.integrations.apple import cast
from tests.integrations.apple.cast import ARABIC, CONTENT, ENGLISH, GERMAN, made

AUTHORITY = "authority.pem"


def test_openssl_finds_the_signature_good_and_dated(tmp_path: Path) -> None:
    folder = made().write(tmp_path)
    done = openssl(folder)
    assert done.returncode == 0, done.stderr
    command = ["openssl", "cms", "-cmsout", "-print", "-noout", "-inform", "DER"]
    told = subprocess.run([*command, "-in", folder / "signature"], capture_output=True, text=True)
    assert "signingTime" in told.stdout
    assert re.search(r"eContent:\s+<ABSENT>", told.stdout)
    assert told.stdout.count("d.certificate:") == 2


@pytest.mark.parametrize("name", ["manifest.json", "signature"])
def test_openssl_finds_what_was_changed_bad(tmp_path: Path, name: str) -> None:
    folder = made().write(tmp_path)
    body = bytearray((folder / name).read_bytes())
    body[-3] ^= 1
    (folder / name).write_bytes(body)
    assert openssl(folder).returncode != 0


def test_another_library_finds_the_signature_good_and_a_changed_manifest_bad(
    tmp_path: Path,
) -> None:
    folder = made().write(tmp_path)
    words = [str(folder / "signature"), str(folder / "manifest.json"), str(_authority())]
    told = json.loads(node.run("verify.mjs", *words))
    signed_at = datetime.fromisoformat(told.pop("signedAt"))
    assert told == {"good": True, "certificates": 2, "detached": True}
    assert abs(signed_at - clock.now()) < timedelta(minutes=5)
    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b": ", b":  ", 1))
    assert json.loads(node.run("verify.mjs", *words))["good"] is False


def test_another_maker_of_passes_knows_every_key_and_finds_every_value_in_order(
    tmp_path: Path,
) -> None:
    everything = replace(
        CONTENT,
        texts={"en": replace(ENGLISH, due="Cookie"), "de": replace(GERMAN, due="Keks")},
        expires_at=datetime(2027, 3, 1, tzinfo=UTC),
        voided=True,
        locations=(PassLocation(52.52, 13.405, "Café Nord is near"), PassLocation(0, 0)),
    )
    ours = made(everything)
    folder = ours.write(tmp_path / "pass")
    there = apple.trial.place(cast.certificates())
    paths = {"wwdr": there.intermediate, "signerCert": there.certificate, "signerKey": there.key}
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({name: str(path) for name, path in paths.items()}))
    theirs: dict[str, Any] = json.loads(node.run("schema.mjs", str(folder), str(keys)))
    form = ours.form
    assert theirs["type"] == "storeCard"
    assert theirs["fields"] == form.pop("storeCard")
    for props in (theirs["props"], form):  # they write the same instant with a fraction of a second
        props["expirationDate"] = datetime.fromisoformat(props["expirationDate"])
    assert {name: theirs["props"].get(name) for name in form} == form


def test_the_manifest_names_every_file_by_its_sha1_and_nothing_is_packed() -> None:
    it = made()
    others = {name: body for name, body in it.files.items() if name not in NOT_LISTED}
    sums = {name: hashlib.sha1(body).hexdigest() for name, body in others.items()}
    assert it.manifest == sums
    assert it.compression == {zipfile.ZIP_STORED}


def test_two_passes_differ_in_what_is_on_them_alone() -> None:
    one, other = made(), made(replace(CONTENT, holder="Bert Baker"))
    differing = {name for name in one.files if one.files[name] != other.files[name]}
    assert differing == {"pass.json", *NOT_LISTED}


def test_pictures_are_there_at_one_two_and_three_pixels_a_point() -> None:
    it = made(replace(CONTENT, logo=a_logo(400, 100)))
    sizes = {"icon": (38, 38), "logo": (160, 40), "strip": (375, 144)}
    for name, (width, height) in sizes.items():
        for scale, suffix in ((1, ""), (2, "@2x"), (3, "@3x")):
            with Image.open(BytesIO(it.files[f"{name}{suffix}.png"])) as image:
                assert (image.format, image.size) == ("PNG", (width * scale, height * scale))


def test_a_logo_that_nobody_can_read_leaves_a_pass_without_one() -> None:
    it = made(replace(CONTENT, logo=b"\x89PNG nothing"))
    assert "logo.png" not in it.files
    assert "icon.png" in it.files


def test_phones_look_words_up_in_their_language_and_find_their_own_otherwise() -> None:
    it = made(replace(CONTENT, texts={"en": ENGLISH, "de": GERMAN, "zh-CN": ENGLISH}))
    fields = it.fields()
    assert {"en.lproj/pass.strings", "de.lproj/pass.strings", "zh-Hans.lproj/pass.strings"} <= set(
        it.files
    )
    assert fields["stamps"]["label"] == "Stamps"
    assert it.shown("de", fields["stamps"]["label"]) == "Stempel"
    assert it.shown("de", fields["stamps"]["changeMessage"]) == "Sie haben jetzt %@ Stempel."
    assert it.shown("en", fields["next"]["value"]) == ENGLISH.next
    assert it.shown("de", fields["rewards"]["value"]) == GERMAN.rewards


def test_words_that_are_one_in_a_language_and_two_in_another_are_kept_apart() -> None:
    it = made()
    fields = it.fields()
    assert it.shown("de", fields["due"]["label"]) == "Wartet auf Sie"
    assert it.shown("de", fields["rewards"]["label"]) == "Prämien"
    assert it.shown("en", fields["rewards"]["label"]).strip("\N{WORD JOINER}") == "Rewards"


def test_a_customer_is_not_translated_although_their_name_is_a_word_of_the_pass() -> None:
    it = made(replace(CONTENT, holder="Stamps"))
    assert it.shown("de", it.fields()["holder"]["value"]).strip("\N{WORD JOINER}") == "Stamps"


HOLDERS = (
    "☕️👩\u200d👩\u200d👧 Zoë",
    "محمد عبد الله",
    "\N{RIGHT-TO-LEFT ISOLATE}دانا\N{POP DIRECTIONAL ISOLATE}",
    "ก" * 200,
    'Robert"); DROP',
    "back\\slash %@ %d",
    "🫠" * 60,
)


@pytest.mark.parametrize("holder", HOLDERS)
def test_names_of_all_kinds_come_through_whole_and_signed(tmp_path: Path, holder: str) -> None:
    it = made(replace(CONTENT, holder=holder, organisation=holder))
    assert it.fields()["holder"]["value"] == it.form["organizationName"] == holder
    assert openssl(it.write(tmp_path)).returncode == 0


def test_where_one_reads_from_right_to_left_the_strip_fills_from_there() -> None:
    it = made(replace(CONTENT, texts={"en": ENGLISH, "ar": ARABIC}))
    assert it.files["ar.lproj/strip@2x.png"] != it.files["strip@2x.png"]
    assert "en.lproj/strip@2x.png" not in it.files
    arabic = made(replace(CONTENT, language="ar", texts={"ar": ARABIC}))
    assert arabic.files["strip@2x.png"] == it.files["ar.lproj/strip@2x.png"]


def test_all_languages_at_once_are_signed_as_one_is(tmp_path: Path) -> None:
    texts = {language: replace(ENGLISH, stamps_label=language) for language in LANGUAGES}
    it = made(replace(CONTENT, texts=texts))
    assert openssl(it.write(tmp_path)).returncode == 0
    assert sum(name.endswith("pass.strings") for name in it.files) == len(LANGUAGES)


def test_a_phone_is_told_the_new_value_whatever_a_merchant_has_worded() -> None:
    told = made(replace(CONTENT, texts={"en": replace(ENGLISH, changed_stamps="Something new")}))
    assert told.fields()["stamps"]["changeMessage"] == "%@"


def test_a_reward_that_waits_is_on_the_front_and_the_place_for_it_on_the_back_before() -> None:
    before, after = made(), made(replace(CONTENT, texts={"en": replace(ENGLISH, due="Cookie")}))
    assert "due" in [field["key"] for field in before.form["storeCard"]["backFields"]]
    front = {field["key"]: field for field in after.form["storeCard"]["auxiliaryFields"]}
    assert front["due"]["changeMessage"] == "Waiting for you: %@"


def test_a_void_pass_and_a_lapsing_one_say_so() -> None:
    lapsing = datetime(2027, 3, 1, 12, 30, tzinfo=UTC)
    it = made(replace(CONTENT, voided=True, expires_at=lapsing))
    assert it.form["voided"] is True
    assert it.form["expirationDate"] == "2027-03-01T12:30:00Z"
    assert not {"voided", "expirationDate"} & set(made().form)


def test_a_pass_whose_stamps_lapse_says_when_on_its_back_and_stays_good() -> None:
    said = replace(ENGLISH, good_until="December 20, 2026")
    german = replace(GERMAN, good_until="20. Dezember 2026")
    it = made(replace(CONTENT, texts={"en": said, "de": german}))
    back = {field["key"]: field for field in it.form["storeCard"]["backFields"]}
    assert back["good_until"]["value"] == "December 20, 2026"
    assert "20. Dezember 2026" in it.files["de.lproj/pass.strings"].decode("utf-16")
    assert "expirationDate" not in it.form
    plain = [field["key"] for field in made().form["storeCard"]["backFields"]]
    assert "good_until" not in plain


def test_at_most_ten_places_offer_a_pass_by_themselves() -> None:
    places = tuple(PassLocation(it, it) for it in range(12))
    assert len(made(replace(CONTENT, locations=places)).form["locations"]) == 10


@pytest.mark.parametrize(("collected", "needed"), [(0, 1), (0, 30), (30, 30), (31, 30), (7, 100)])
def test_any_number_of_stamps_can_be_shown(tmp_path: Path, collected: int, needed: int) -> None:
    stages = (PassStage(needed, "Free coffee"), PassStage(needed + 5, "Out of bounds"))
    content = replace(CONTENT, collected=collected, needed=needed, stages=stages)
    assert openssl(made(content).write(tmp_path)).returncode == 0


def test_nothing_is_signed_with_a_certificate_that_has_run_out() -> None:
    identity = cast.identity()
    late = apple.ApplePasses(identity, lambda: identity.expires_at)
    with pytest.raises(AppleCertificateExpired):
        late.make(CONTENT)


def test_the_edition_changes_with_the_certificate(tmp_path: Path) -> None:
    now = clock.now()
    other = apple.read(apple.trial.make(tmp_path, now=now), now=now)
    assert apple.ApplePasses(other, clock.now).edition != cast.maker().edition


def openssl(folder: Path) -> subprocess.CompletedProcess[str]:
    """What OpenSSL says of a pass's signature, once told to trust our authority."""
    return subprocess.run(
        [
            *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any"),
            *("-in", folder / "signature", "-content", folder / "manifest.json"),
            *("-CAfile", _authority(), "-out", "/dev/null"),
        ],
        capture_output=True,
        text=True,
    )


def a_logo(width: int, height: int) -> bytes:
    body = BytesIO()
    Image.new("RGBA", (width, height), (200, 30, 30, 128)).save(body, "WEBP")
    return body.getvalue()


def _authority() -> Path:
    return cast.certificates() / AUTHORITY


NOT_LISTED = {"manifest.json", "signature"}
