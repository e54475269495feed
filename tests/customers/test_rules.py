import csv
import json
from pathlib import Path
from uuid import UUID

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from loyalnest.customers import Contact, clean_text, normalise_email, normalise_phone
from loyalnest.customers.rules import identity
from loyalnest.kernel import crypto

DATA = Path(__file__).parents[1] / "data"
NAUGHTY: list[str] = json.loads((DATA / "naughty-strings/blns.json").read_text())

EMAIL_SUITES = ("email", "idn-email")

LOCAL = st.text("abzAZ059._+-!#%'~ é@\"", min_size=0, max_size=12)
LABEL = st.text("abzXN059-é_", min_size=0, max_size=8)
ENDING = st.sampled_from(["com", "COM", "test", "local", "invalid", "c", "museum", "123", "рф", ""])


def spelt(local: str, labels: list[str], ending: str) -> str:
    return f"{local}@{'.'.join([*labels, ending])}"


ADDRESSES = st.builds(spelt, LOCAL, st.lists(LABEL, max_size=3), ENDING)


def by_the_library(address: str) -> str | None:
    try:
        valid = validate_email(address.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return valid.normalized.lower()


def examples() -> list[str]:
    suites = [
        json.loads((DATA / "contacts" / name).read_text())
        for name in ("email.json", "idn-email.json")
    ]
    said = [test["data"] for suite in suites for group in suite for test in group["tests"]]
    return [one for one in said if isinstance(one, str)] + NAUGHTY


@given(ADDRESSES)
def test_the_short_way_to_a_plain_address_ends_where_the_library_does(address: str) -> None:
    assert normalise_email(address) == by_the_library(address)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.co",
        "A.B+tag@Sub.Example.COM",
        "a..b@example.com",
        ".a@example.com",
        "a@-example.com",
        "a@example-.com",
        "a@ex--ample.com",
        "a@xn--mnchen-3ya.de",
        "a@example",
        "a@example.c0m",
        "a@example.local",
        "a@shop.test",
        "a@localhost",
        "a@[127.0.0.1]",
        '"a b"@example.com',
        "a@b@example.com",
        "Anna <a@example.com>",
        "a" * 64 + "@example.com",
        "a" * 65 + "@example.com",
        "a" * 250 + "@example.com",
        "a@" + "b" * 63 + ".com",
        "a@" + "b" * 64 + ".com",
        "иван@иванов.рф",
        "用户@例子.广告",
        "a@müller.de",
        "a\n@example.com",
        "a@example.com.",
        "info@example.com",
        "INFO@example.com",
    ],
)
def test_unusual_addresses_are_judged_as_the_library_judges_them(address: str) -> None:
    assert normalise_email(address) == by_the_library(address)


def test_every_example_address_is_judged_as_the_library_judges_it() -> None:
    assert [one for one in examples() if normalise_email(one) != by_the_library(one)] == []


def test_a_normal_address_is_its_own_normal_form() -> None:
    normal = [form for form in map(normalise_email, examples()) if form]
    assert normal
    assert [form for form in normal if normalise_email(form) != form] == []


@pytest.mark.parametrize("address", ["Anna@Example.com", " anna@example.com ", "ANNA@EXAMPLE.COM"])
def test_case_and_space_make_no_other_address(address: str) -> None:
    assert normalise_email(address) == "anna@example.com"


def phone_examples() -> list[dict[str, str]]:
    with (DATA / "contacts/phone_examples.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_notation_of_a_phone_number_is_one_number() -> None:
    differing = [
        (row["region"], row[notation])
        for row in phone_examples()
        for notation in ("e164", "international", "rfc3966")
        if normalise_phone(row[notation]) != row["e164"]
    ]
    assert differing == []


def test_a_number_without_its_country_is_read_in_the_country_that_is_given() -> None:
    assert normalise_phone("020 7946 0958", "GB") == "+442079460958"
    assert normalise_phone("020 7946 0958") is None


@pytest.mark.parametrize("text", ["", " ", "+", "call me", "+1", "0", "1" * 100, "+44 ext", None])
def test_what_is_no_phone_number_is_none(text: str | None) -> None:
    assert normalise_phone(text) is None


def test_a_cleaned_text_can_be_stored_and_is_its_own_clean_form() -> None:
    unstorable = ["\0", "\ud800", "a\0b\udfffc", " " * 300 + "x", "x" * 254 + " y"]
    for text in [*NAUGHTY, *unstorable]:
        clean = clean_text(text, 255)
        if clean is not None:
            clean.encode()
            assert "\0" not in clean
            assert len(clean) <= 255
            assert clean_text(clean, 255) == clean


def test_an_id_that_cannot_be_kept_as_it_came_names_nobody() -> None:
    for id_ in ("", "7\0", "7\ud800", "7" * 256):
        said = Contact(UUID(int=1), UUID(int=2), "shopify", id_)
        assert identity.read(said, crypto.new_ring()).identities == ()


def test_while_two_index_keys_are_valid_an_address_is_claimed_under_both() -> None:
    ring = crypto.with_coming_keys(crypto.new_ring())
    said = Contact(UUID(int=1), email="anna@example.com")
    ((first, second),) = identity.read(said, ring).identities
    assert first[:3] == second[:3]
    assert first[3] != second[3]
