"""The service account that acts for an issuer of passes: its key, and what is signed with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from loyalnest.integrations.calls import Line, Said, Unclear
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.errors import Invalid

_SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS, _RENEWED_BEFORE = timedelta(hours=1), timedelta(minutes=5)


class AccountUnreadable(Invalid):
    """The file of Google's service account can't be read, or isn't one."""


@dataclass(frozen=True, slots=True)
class Account:
    """A service account of Google's, as its file has it."""

    issuer_id: str
    email: str
    key: RSAPrivateKey = field(repr=False)
    key_id: str | None
    token_url: str

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JSON Web Token with these claims."""
        headers = {"kid": self.key_id} if self.key_id else None
        return jwt.encode(dict(claims), self.key, algorithm="RS256", headers=headers)


def read_account(path: Path, *, issuer_id: str) -> Account:
    """A service account from the file that Google hands out. Raises AccountUnreadable."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        key = load_pem_private_key(found["private_key"].encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise AccountUnreadable(f"{path} holds a key that is not RSA.")
        return Account(
            issuer_id,
            str(found["client_email"]),
            key,
            found.get("private_key_id"),
            str(found["token_uri"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AccountUnreadable(f"{path}: {type(error).__name__}.") from None


class Access:
    """Access tokens of an account, each asked for once and kept while it is good."""

    def __init__(self, account: Account, clock: Clock):
        self._account = account
        self._clock = clock
        self._token = ""
        self._good_until: datetime | None = None

    async def bearer(self, line: Line) -> str | Said:
        """The token that is good now, or what Google said instead. Raises Unreached, Unclear."""
        now = self._clock()
        if self._good_until is not None and now < self._good_until:
            return self._token
        claims = {
            "iss": self._account.email,
            "scope": _SCOPE,
            "aud": self._account.token_url,
            "iat": int(now.timestamp()),
            "exp": int((now + _LASTS).timestamp()),
        }
        form = {"grant_type": _GRANT, "assertion": self._account.sign(claims)}
        said = await line.ask("POST", self._account.token_url, form=form)
        if not said.is_yes:
            return said
        told = said.json()
        token, lasts_s = told.get("access_token"), told.get("expires_in")
        if not isinstance(token, str) or not isinstance(lasts_s, int | float):
            raise Unclear("garbage")
        self._token = token
        self._good_until = now + timedelta(seconds=float(lasts_s)) - _RENEWED_BEFORE
        return token

    def forget(self) -> None:
        """Ask for another token the next time: this one was refused."""
        self._good_until = None
