"""A certificate that would not do is refused before anything is signed, and it is said why."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pydantic import SecretStr

from loyalnest.integrations import apple
from loyalnest.integrations.apple import Place, Urgency
from loyalnest.kernel import clock
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.settings import Settings
from tests.integrations.apple import cast

NOW = clock.now()


@pytest.fixture
def there(tmp_path: Path) -> Place:
    """A set of its own, to be spoilt."""
    return apple.trial.make(tmp_path / "apple", now=NOW)


def refusal(place: Place, now: datetime = NOW) -> str:
    with pytest.raises(DomainError) as refused:
        apple.read(place, now=now)
    return refused.value.code


def test_a_set_that_fits_together_is_taken_in_pem_and_as_apple_hands_it_out(there: Place) -> None:
    identity = apple.read(there, now=NOW)
    assert (identity.pass_type, identity.team) == (there.pass_type, there.team)
    there.certificate.write_bytes(identity.certificate.public_bytes(Encoding.DER))
    there.intermediate.write_bytes(identity.intermediate.public_bytes(Encoding.DER))
    assert apple.read(there, now=NOW) == identity


def test_a_key_with_a_password_is_opened_with_it_alone(there: Place) -> None:
    key = apple.read(there, now=NOW).key
    locked = BestAvailableEncryption(b"pass-word")
    there.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    assert refusal(there) == refusal(replace(there, password="guessed")) == "APPLE_KEY_UNREADABLE"
    assert apple.read(replace(there, password="pass-word"), now=NOW).pass_type == there.pass_type


def _other(path: Path) -> Place:
    return apple.trial.make(path.parent / "other", now=NOW)


SPOILT: dict[str, Callable[[Place], Place]] = {
    "APPLE_PASS_TYPE_MISMATCHED": lambda it: replace(it, pass_type="pass.com.example.other"),
    "APPLE_TEAM_MISMATCHED": lambda it: replace(it, team="ABCDE12345"),
    "APPLE_KEY_MISMATCHED": lambda it: replace(it, key=_other(it.key.parent).key),
    "APPLE_INTERMEDIATE_MISMATCHED": lambda it: replace(
        it, intermediate=_other(it.key.parent).intermediate
    ),
    "APPLE_CERTIFICATE_UNREADABLE": lambda it: replace(it, certificate=it.key),
    "APPLE_KEY_UNREADABLE": lambda it: replace(it, key=it.certificate),
}


@pytest.mark.parametrize("code", SPOILT)
def test_what_belongs_to_another_is_refused_by_name(there: Place, code: str) -> None:
    assert refusal(SPOILT[code](there)) == code


def test_the_authority_in_the_place_of_the_intermediate_is_refused(there: Place) -> None:
    authority = apple.trial.authority(there.key.parent)
    assert refusal(replace(there, intermediate=authority)) == "APPLE_INTERMEDIATE_MISMATCHED"


def test_files_that_are_missing_or_of_another_kind_are_refused(there: Place) -> None:
    assert refusal(replace(there, key=there.key / "none")) == "APPLE_KEY_UNREADABLE"
    missing = replace(there, intermediate=there.key.parent / "none.pem")
    assert refusal(missing) == "APPLE_CERTIFICATE_UNREADABLE"
    curve = ec.generate_private_key(ec.SECP256R1())
    pem = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    there.key.write_bytes(pem)
    assert refusal(there) == "APPLE_KEY_UNREADABLE"


def test_certificates_are_refused_before_and_after_their_time(there: Place) -> None:
    ends_at = apple.read(there, now=NOW).expires_at
    assert refusal(there, ends_at) == "APPLE_CERTIFICATE_EXPIRED"
    assert refusal(there, NOW - timedelta(days=1)) == "APPLE_CERTIFICATE_NOT_YET_VALID"


def test_how_soon_a_certificate_has_to_be_replaced_is_told_in_steps(there: Place) -> None:
    identity = apple.read(there, now=NOW)
    found = [
        apple.standings(identity, identity.expires_at - timedelta(days=left))[0]
        for left in (91, 90, 30, 7, 0)
    ]
    assert [it.urgency for it in found] == list(Urgency)
    assert [it.days_left for it in found] == [91, 90, 30, 7, 0]
    assert [it.name for it in apple.standings(identity, NOW)] == [
        "apple_pass",
        "apple_intermediate",
    ]


def test_the_set_of_our_own_is_kept_while_it_lasts_and_made_anew_before_it_ends(
    there: Place,
) -> None:
    folder, before = there.key.parent, apple.read(there, now=NOW)
    apple.trial.make(folder, now=NOW + timedelta(days=200))
    assert apple.read(there, now=NOW) == before
    later = NOW + timedelta(days=300)
    apple.trial.make(folder, now=later)
    assert apple.read(there, now=later).expires_at > before.expires_at
    assert all(it.stat().st_mode & 0o077 == 0 for it in folder.iterdir())


def test_the_set_of_our_own_is_a_chain_for_openssl(there: Place) -> None:
    command = [
        "openssl",
        "verify",
        "-x509_strict",
        "-CAfile",
        apple.trial.authority(there.key.parent),
    ]
    command += ["-untrusted", there.intermediate, there.certificate]
    subprocess.run(command, check=True, capture_output=True)


def test_settings_name_the_files_or_nothing_at_all(there: Place) -> None:
    nothing = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    assert apple.place_of(nothing) is None
    assert apple.place_of(nothing, there) == there
    some = nothing.model_copy(update={"apple_key": there.key, "apple_team": there.team})
    with pytest.raises(DomainError) as refused:
        apple.place_of(some, there)
    assert refused.value.code == "APPLE_SETTINGS_INCOMPLETE"
    for name in ("CERTIFICATE", "INTERMEDIATE", "PASS_TYPE"):
        assert f"LOYALNEST_APPLE_{name}" in refused.value.detail
    whole = some.model_copy(
        update={
            "apple_certificate": there.certificate,
            "apple_intermediate": there.intermediate,
            "apple_pass_type": there.pass_type,
            "apple_key_password": SecretStr("pass-word"),
        }
    )
    assert apple.place_of(whole) == replace(there, password="pass-word")


def test_no_secret_is_shown_where_an_identity_is_written_down(there: Place) -> None:
    assert "pass-word" not in repr(replace(there, password="pass-word"))
    assert "key" not in repr(cast.identity())
