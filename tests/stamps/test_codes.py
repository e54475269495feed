"""Codes of cards: what is read back, and what is refused with which word."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalnest.stamps import code_errors, codes

SECRET = b"s" * 32
CAFE = UUID("0198c3a1-0000-7000-8000-000000000001")
BAR = UUID("0198c3a1-0000-7000-8000-000000000002")
NUMBER = "7K3MZ9QX2A"
AT = datetime(2026, 11, 22, 9, 0, 7, tzinfo=UTC)

LIVE = codes.write_live(SECRET, CAFE, NUMBER, AT)
WRITTEN = (
    LIVE,
    codes.write_pass(SECRET, CAFE, NUMBER, 12),
    codes.write_printed(SECRET, CAFE, NUMBER),
)


def test_a_code_is_read_back_as_what_was_written() -> None:
    kinds = [codes.CodeKind.LIVE, codes.CodeKind.PASS, codes.CodeKind.PRINTED]
    moments = [codes.step_at(AT), 12, 0]
    read = [codes.read(SECRET, CAFE, text) for text in WRITTEN]
    assert read == [
        codes.Code(kind, NUMBER, moment) for kind, moment in zip(kinds, moments, strict=True)
    ]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_code_fits_the_dense_set_of_qr_and_a_small_one(text: str) -> None:
    # Version 4 of error correction M holds 90 characters of that set.
    assert re.fullmatch(r"[0-9A-Z.]+", text)
    assert len(text) <= 90


@pytest.mark.parametrize("text", WRITTEN)
@given(place=st.integers(0, 60), letter=st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ.-"))
def test_a_code_that_was_tampered_with_anywhere_is_refused(
    text: str, place: int, letter: str
) -> None:
    place %= len(text)
    changed = text[:place] + letter + text[place + 1 :]
    if changed == text:
        return
    refused = (code_errors.CodeUnreadable, code_errors.CodeForeign, code_errors.CodeTampered)
    with pytest.raises(refused):
        codes.read(SECRET, CAFE, changed)


def test_a_number_exchanged_in_a_code_is_tampering() -> None:
    with pytest.raises(code_errors.CodeTampered):
        codes.read(SECRET, CAFE, LIVE.replace(NUMBER, "7K3MZ9QX2B"))


def test_a_printed_code_never_passes_for_a_live_one() -> None:
    printed = codes.write_printed(SECRET, CAFE, NUMBER)
    with pytest.raises(code_errors.CodeTampered):
        codes.read(SECRET, CAFE, printed.replace("LN1.C", "LN1.L"))


def test_a_code_of_another_shop_is_foreign_and_not_tampered() -> None:
    with pytest.raises(code_errors.CodeForeign):
        codes.read(b"t" * 32, BAR, LIVE)


def test_a_forged_code_with_the_right_hint_is_tampered() -> None:
    with pytest.raises(code_errors.CodeTampered):
        codes.read(SECRET, CAFE, codes.write_live(b"guess", CAFE, NUMBER, AT))


@pytest.mark.parametrize("text", ["", "https://example.com/c", "LN2.L", "LN1.L", "x" * 3000, "٣"])
def test_what_is_no_code_is_unreadable(text: str) -> None:
    with pytest.raises(code_errors.CodeUnreadable):
        codes.read(SECRET, CAFE, text)


@pytest.mark.parametrize("late_s", [-5, 0, 29, 30, 52, 57])
def test_a_live_code_is_good_for_its_step_and_the_next(late_s: int) -> None:
    codes.check_fresh(codes.read(SECRET, CAFE, LIVE), AT + timedelta(seconds=late_s))


@pytest.mark.parametrize("late_s", [-3600, -60, 60, 120, 86_400])
def test_a_photographed_code_has_expired_within_a_minute(late_s: int) -> None:
    with pytest.raises(code_errors.CodeExpired):
        codes.check_fresh(codes.read(SECRET, CAFE, LIVE), AT + timedelta(seconds=late_s))


def test_whoever_scanned_in_time_may_say_what_for_a_while_later() -> None:
    read = codes.read(SECRET, CAFE, LIVE)
    late = AT + timedelta(minutes=2)
    codes.check_fresh(read, late, within=timedelta(minutes=3))
    with pytest.raises(code_errors.CodeExpired):
        codes.check_fresh(read, late + timedelta(minutes=3), within=timedelta(minutes=3))


@pytest.mark.parametrize("text", WRITTEN[1:])
def test_passes_and_paper_do_not_expire(text: str) -> None:
    codes.check_fresh(codes.read(SECRET, CAFE, text), AT + timedelta(days=4000))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("7K3MZ-9QX2A", NUMBER),
        (" 7k3mz 9qx2a ", NUMBER),
        ("oil00-00000", "0110000000"),
        ("7K3MZ", None),
        ("7K3MZ-9QX2U", None),
        ("+49 30 1234567", None),
    ],
)
def test_a_typed_number_is_forgiven_its_look_alikes(typed: str, number: str | None) -> None:
    assert codes.typed_number(typed) == number
