"""What sign-in, sessions and API keys look like on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from loyalnest.kernel.http import Caller
from loyalnest.kernel.ids import to_wire
from loyalnest.staff.values import ApiKey, Scope, Tokens

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class Input(BaseModel):
    """A request's body: closed, so that a misspelt field is noticed."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Input):
    """E-mail and password of somebody on a merchant's staff."""

    email: str = Field(max_length=320, examples=["owner@example.com"])
    password: SecretStr = Field(max_length=1000, examples=["the password you were given"])
    merchant: str | None = Field(
        default=None,
        max_length=63,
        pattern=r"^[^\x00]*$",
        description="The merchant's handle; needed by people who work for several.",
        examples=["demo"],
    )
    cookie: bool = Field(
        default=False,
        description="For browsers: keep the refresh token in a cookie that no script can read.",
    )


class Refresh(Input):
    """The refresh token of the last answer; left out by a browser that keeps it in its cookie."""

    refresh_token: SecretStr | None = Field(default=None, max_length=1000)


class NewPassword(Input):
    """A change of one's own password."""

    current_password: SecretStr = Field(max_length=1000)
    new_password: SecretStr = Field(max_length=1000, description="12 to 256 characters.")


class SessionTokens(BaseModel):
    """A session: ask with the access token, and refresh before it expires."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str | None = Field(
        description="Works once; the answer brings the next one. Null when it went into the cookie."
    )
    refresh_expires_at: datetime
    token_type: Literal["Bearer"]

    @classmethod
    def of(cls, tokens: Tokens, *, cookie: bool = False) -> "SessionTokens":
        return cls(
            access_token=tokens.access_token,
            access_expires_at=tokens.access_expires_at,
            refresh_token=None if cookie else tokens.refresh_token,
            refresh_expires_at=tokens.refresh_expires_at,
            token_type="Bearer",  # noqa: S106 - the name of a scheme
        )


class Identity(BaseModel):
    """Who you are to this installation."""

    merchant_id: str = Field(examples=["mer_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    actor: str = Field(
        description="How records name you.",
        examples=["api_key:key_01890a5d7b3e7c4f8a1b2c3d4e5f6071"],
    )
    kind: str = Field(examples=["api_key"])
    scopes: list[str] = Field(examples=[["customers:read", "points:read"]])

    @classmethod
    def of(cls, caller: Caller) -> "Identity":
        return cls(
            merchant_id=to_wire("mer", caller.merchant_id),
            actor=caller.actor,
            kind=caller.kind,
            scopes=sorted(caller.scopes),
        )


class NewApiKey(Input):
    """A key to be made."""

    name: Name = Field(examples=["Till at the harbour"])
    scopes: set[Scope] = Field(
        min_length=1, description="What it may do; at most what you may do yourself."
    )


class ApiKeyView(BaseModel):
    """A key, without its secret."""

    id: str = Field(examples=["key_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    name: str
    hint: str = Field(description="How the secret begins and ends.", examples=["lnk_…x7Qa"])
    scopes: list[Scope]
    created_at: datetime
    created_by: str
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "ApiKeyView":
        return cls.model_validate(_shown(key))


class CreatedApiKey(ApiKeyView):
    """A fresh key with its secret, which is never shown again."""

    secret: str = Field(examples=["lnk_…"])

    @classmethod
    def with_secret(cls, key: ApiKey, secret: str) -> "CreatedApiKey":
        return cls.model_validate({**_shown(key), "secret": secret})


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "id": to_wire("key", key.id),
        "name": key.name,
        "hint": key.hint,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at,
        "created_by": key.created_by,
        "revoked_at": key.revoked_at,
    }
