"""A set of certificates of one's own making, so that all but Apple's trust can be tried without it.

It has the shape of the real one: an authority, an intermediate below it, and below that the
certificate of one pass type and one team. A phone doesn't open what it signs, for it doesn't trust
the authority; every other reader can be told to.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from loyalnest.integrations.apple.certificates import Place, read
from loyalnest.kernel.errors import DomainError

PASS_TYPE, TEAM = "pass.org.loyalnest.trial", "TRIAL00000"
_LASTS = timedelta(days=365)
_AUTHORITY_LASTS = timedelta(days=10 * 365)
_RENEWED_BEFORE = timedelta(days=90)
# Clocks differ; what is made now should also be good for whoever is a little behind.
_BEGINS_BEFORE = timedelta(hours=1)


def place(folder: Path) -> Place:
    """Where the set is, in this folder."""
    return Place(
        certificate=folder / "certificate.pem",
        key=folder / "key.pem",
        intermediate=folder / "intermediate.pem",
        pass_type=PASS_TYPE,
        team=TEAM,
    )


def authority(folder: Path) -> Path:
    """The file of the authority that a verifier has to be told to trust."""
    return folder / "authority.pem"


def find(folder: Path) -> Place | None:
    """Where the set is, if one was made here."""
    there = place(folder)
    return there if there.certificate.exists() else None


def make(folder: Path, *, now: datetime) -> Place:
    """Make a set unless there is one that lasts for a while."""
    there = place(folder)
    if not _lasts(there, now):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, body in _made(there, authority(folder), now).items():
            _write(path, body)
    return there


def _lasts(place: Place, now: datetime) -> bool:
    try:
        return read(place, now=now).expires_at - now > _RENEWED_BEFORE
    except DomainError:
        return False


def _made(place: Place, root_path: Path, now: datetime) -> dict[Path, bytes]:
    """The files' bodies; the certificate last, for by it one sees that there is a set."""
    root_key, middle_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(3))
    root_name, middle_name = _name("LoyalNest trial authority"), _name("LoyalNest trial WWDR")
    root = _certificate(root_name, root_key, root_name, root_key, now, _AUTHORITY_LASTS, ca=True)
    middle = _certificate(
        middle_name, middle_key, root_name, root_key, now, _AUTHORITY_LASTS, ca=True
    )
    leaf_name = _name(f"Pass Type ID: {place.pass_type}", uid=place.pass_type, unit=place.team)
    leaf = _certificate(leaf_name, key, middle_name, middle_key, now, _LASTS, ca=False)
    return {
        root_path: root.public_bytes(Encoding.PEM),
        place.intermediate: middle.public_bytes(Encoding.PEM),
        place.key: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        place.certificate: leaf.public_bytes(Encoding.PEM),
    }


def _name(common: str, *, uid: str | None = None, unit: str | None = None) -> x509.Name:
    said = {
        NameOID.USER_ID: uid,
        NameOID.COMMON_NAME: common,
        NameOID.ORGANIZATIONAL_UNIT_NAME: unit,
        NameOID.ORGANIZATION_NAME: "LoyalNest",
    }
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in said.items() if text])


def _certificate(
    subject: x509.Name,
    key: rsa.RSAPrivateKey,
    issuer: x509.Name,
    issuer_key: rsa.RSAPrivateKey,
    now: datetime,
    lasts: timedelta,
    *,
    ca: bool,
) -> x509.Certificate:
    usages = [ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEGINS_BEFORE)
        .not_valid_after(now + lasts)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .add_extension(_usage(ca=ca), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, body: bytes) -> None:
    """Where nobody else on the machine reads it, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
    draft.replace(path)
