"""AWS's Signature Version 4, for requests without a query whose body is at hand.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Key:
    """An access key, and where it is used."""

    id: str
    secret: str = field(repr=False)
    region: str
    service: str


def sign(
    key: Key,
    *,
    method: str,
    host: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> dict[str, str]:
    """The headers that a request goes out with: the given ones, the instant and the signature.

    The path stands as it is sent. Header names are in lower case.
    """
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    signed = {**headers, "host": host, "x-amz-date": moment}
    names = sorted(signed)
    listed = ";".join(names)
    asked = "\n".join(
        [
            method,
            path,
            "",
            *(f"{name}:{' '.join(signed[name].split())}" for name in names),
            "",
            listed,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    day = moment[:8]
    scope = f"{day}/{key.region}/{key.service}/aws4_request"
    text = "\n".join([_ALGORITHM, moment, scope, hashlib.sha256(asked.encode()).hexdigest()])
    signature = hmac.digest(_key_of(key, day), text.encode(), "sha256").hex()
    authorization = (
        f"{_ALGORITHM} Credential={key.id}/{scope}, SignedHeaders={listed}, Signature={signature}"
    )
    return {**signed, "authorization": authorization}


def _key_of(key: Key, day: str) -> bytes:
    derived = f"AWS4{key.secret}".encode()
    for part in (day, key.region, key.service, "aws4_request"):
        derived = hmac.digest(derived, part.encode(), "sha256")
    return derived
