"""The certificate that passes are signed with: where it is, whether it will do, how long it lasts.

Apple issues it for one pass type and one team, for about a year, under one of its intermediates for
*Worldwide Developer Relations* (WWDR). A pass that was signed with another's certificate, or goes
out without the right intermediate, simply doesn't open on a phone; so all of it is checked here,
before anything is signed. Phones are told of changes with the same certificate and key.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_der_private_key,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from loyalnest.integrations.apple.errors import (
    AppleCertificateExpired,
    AppleCertificateNotYetValid,
    AppleCertificateUnreadable,
    AppleIntermediateMismatched,
    AppleKeyMismatched,
    AppleKeyUnreadable,
    ApplePassTypeMismatched,
    AppleSettingsIncomplete,
    AppleTeamMismatched,
)
from loyalnest.kernel.settings import Settings

_PEM = b"-----BEGIN "


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs passes."""

    pass_type: str
    team: str
    certificate: x509.Certificate
    intermediate: x509.Certificate
    key: RSAPrivateKey = field(repr=False, compare=False)

    @property
    def fingerprint(self) -> str:
        """Changes with the certificate."""
        return hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).hexdigest()

    @property
    def expires_at(self) -> datetime:
        """When the first of its certificates runs out."""
        return min(it.not_valid_after_utc for it in (self.certificate, self.intermediate))

    def check(self, now: datetime) -> None:
        """Raises AppleCertificateExpired, AppleCertificateNotYetValid."""
        for it in (self.certificate, self.intermediate):
            if now >= it.not_valid_after_utc:
                ended_on = it.not_valid_after_utc.date()
                raise AppleCertificateExpired(f"{_called(it)} ran out on {ended_on}.")
            if now < it.not_valid_before_utc:
                begins_on = it.not_valid_before_utc.date()
                raise AppleCertificateNotYetValid(f"{_called(it)} is valid from {begins_on}.")


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one identity, in PEM or DER, and whose they should be."""

    certificate: Path
    key: Path
    intermediate: Path
    pass_type: str
    team: str
    password: str | None = field(default=None, repr=False)


class Urgency(StrEnum):
    """How soon a certificate has to be replaced."""

    NONE = "none"
    IN_90_DAYS = "in_90_days"
    IN_30_DAYS = "in_30_days"
    IN_7_DAYS = "in_7_days"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one certificate stands."""

    name: str
    """`apple_pass` or `apple_intermediate`."""
    subject: str
    expires_at: datetime
    days_left: int
    """Whole ones; below zero once it has run out."""
    urgency: Urgency


def place_of(settings: Settings, trial: Place | None = None) -> Place | None:
    """Where the installation's identity is; the trial's where nothing is set, None without one.

    Raises AppleSettingsIncomplete.
    """
    needed = {
        name: getattr(settings, f"apple_{name}")
        for name in ("certificate", "key", "intermediate", "pass_type", "team")
    }
    missing = [f"LOYALNEST_APPLE_{name.upper()}" for name, it in needed.items() if not it]
    if len(missing) == len(needed):
        return trial
    if missing:
        raise AppleSettingsIncomplete(f"Also set {', '.join(missing)}.")
    password = settings.apple_key_password
    return Place(**needed, password=password.get_secret_value() if password else None)


def read(place: Place, *, now: datetime) -> Identity:
    """The identity of these files, once it is valid at this instant.

    Raises what `load` does, AppleCertificateExpired and AppleCertificateNotYetValid.
    """
    identity = load(place)
    identity.check(now)
    return identity


def load(place: Place) -> Identity:
    """The identity of these files, valid or not, once all of it fits together.

    Raises:
        AppleCertificateUnreadable, AppleKeyUnreadable: a file is not what it should be.
        ApplePassTypeMismatched, AppleTeamMismatched, AppleKeyMismatched,
        AppleIntermediateMismatched: it is another's.
    """
    certificate = _certificate(place.certificate)
    _check_subject(certificate, place)
    key = _key(place)
    if certificate.public_key() != key.public_key():
        raise AppleKeyMismatched(f"{place.key} is not the key of {place.certificate}.")
    intermediate = _certificate(place.intermediate)
    try:
        certificate.verify_directly_issued_by(intermediate)
    except (ValueError, TypeError, InvalidSignature):
        issuer = certificate.issuer.rfc4514_string()
        raise AppleIntermediateMismatched(
            f"{place.certificate} was issued by {issuer}, which {place.intermediate} is not."
        ) from None
    return Identity(place.pass_type, place.team, certificate, intermediate, key)


def standings(identity: Identity, now: datetime) -> Sequence[Standing]:
    """How its certificates stand, for the log, the metrics and the dashboard."""
    named = {"apple_pass": identity.certificate, "apple_intermediate": identity.intermediate}
    return [
        Standing(
            name,
            it.subject.rfc4514_string(),
            it.not_valid_after_utc,
            (left := it.not_valid_after_utc - now).days,
            _urgency(left),
        )
        for name, it in named.items()
    ]


def _urgency(left: timedelta) -> Urgency:
    if left <= timedelta():
        return Urgency.EXPIRED
    if left <= timedelta(days=7):
        return Urgency.IN_7_DAYS
    if left <= timedelta(days=30):
        return Urgency.IN_30_DAYS
    return Urgency.IN_90_DAYS if left <= timedelta(days=90) else Urgency.NONE


def _certificate(path: Path) -> x509.Certificate:
    try:
        body = path.read_bytes()
        if _PEM in body:
            return x509.load_pem_x509_certificate(body)
        return x509.load_der_x509_certificate(body)
    except OSError as error:
        raise AppleCertificateUnreadable(f"{path}: {error.strerror}.") from None
    except ValueError:
        raise AppleCertificateUnreadable(f"{path} holds no certificate.") from None


def _check_subject(certificate: x509.Certificate, place: Place) -> None:
    pass_type = _said(certificate, NameOID.USER_ID)
    if pass_type != place.pass_type:
        raise ApplePassTypeMismatched(
            f"{place.certificate} is for {pass_type or 'no pass type'}, not {place.pass_type}."
        )
    team = _said(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME)
    if team != place.team:
        raise AppleTeamMismatched(
            f"{place.certificate} is of team {team or 'unknown'}, not {place.team}."
        )


def _said(certificate: x509.Certificate, what: x509.ObjectIdentifier) -> str | None:
    found = certificate.subject.get_attributes_for_oid(what)
    return str(found[0].value) if found else None


def _key(place: Place) -> RSAPrivateKey:
    password = place.password.encode() if place.password else None
    try:
        body = place.key.read_bytes()
        load = load_pem_private_key if _PEM in body else load_der_private_key
        key = load(body, password)
    except OSError as error:
        raise AppleKeyUnreadable(f"{place.key}: {error.strerror}.") from None
    except (ValueError, TypeError):
        raise AppleKeyUnreadable(
            f"{place.key} holds no private key, or LOYALNEST_APPLE_KEY_PASSWORD is not its."
        ) from None
    if not isinstance(key, RSAPrivateKey):
        raise AppleKeyUnreadable(f"{place.key} is no key for RSA.")
    return key


def _called(certificate: x509.Certificate) -> str:
    return _said(certificate, NameOID.COMMON_NAME) or certificate.subject.rfc4514_string()
