"""What sign-in, sessions and API keys look like on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from loyalnest.kernel.http import Caller
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.networks import Address, Network, line_of
from loyalnest.staff.errors import NetworkInvalid
from loyalnest.staff.rules import NETWORKS_AT_MOST, SCOPES_OF, network
from loyalnest.staff.values import (
    AllowList,
    ApiKey,
    Device,
    Link,
    Member,
    OpenedLink,
    Place,
    Role,
    Scope,
    State,
    Tokens,
)

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


class LinkToken(Input):
    """What a link carries behind its `#`."""

    token: SecretStr = Field(max_length=1000)


class LinkUse(LinkToken):
    """Setting a password by a link."""

    password: SecretStr = Field(max_length=1000, description="12 to 256 characters.")
    name: Name | None = Field(default=None, description="Left out, it stays as it is.")
    cookie: bool = Field(
        default=False,
        description="For browsers: keep the refresh token in a cookie that no script can read.",
    )


class LinkView(BaseModel):
    """Whom a link is for."""

    merchant: str = Field(examples=["Café Blau"])
    email: str
    name: str | None
    role: Role
    joining: bool = Field(description="False: they are here already and set a new password.")

    @classmethod
    def of(cls, link: OpenedLink) -> "LinkView":
        return cls(
            merchant=link.merchant_name,
            email=link.email,
            name=link.name,
            role=link.role,
            joining=link.joining,
        )


class DeviceView(BaseModel):
    """A session: one sign-in on one device."""

    id: str = Field(examples=["ses_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    device: str | None = Field(examples=["Firefox, Linux"])
    since: datetime
    last_seen_at: datetime = Field(description="To the lifetime of an access token.")

    @classmethod
    def of(cls, device: Device) -> "DeviceView":
        return cls(
            id=to_wire("ses", device.session_id),
            device=device.name,
            since=device.since,
            last_seen_at=device.last_seen_at,
        )


class DeviceList(BaseModel):
    """Where you are signed in."""

    items: list[DeviceView]
    current: str = Field(description="The session that asks.")

    @classmethod
    def of(cls, devices: Sequence[Device], here: UUID) -> "DeviceList":
        items = [DeviceView.of(device) for device in devices]
        return cls(items=items, current=to_wire("ses", here))


_STAFF_ID = "stf_01890a5d7b3e7c4f8a1b2c3d4e5f6071"


class MemberView(BaseModel):
    """Somebody who runs the program, or is invited to."""

    id: str = Field(examples=[_STAFF_ID])
    email: str | None = Field(description="Null once they were erased.")
    name: str | None
    role: Role
    state: State
    created_at: datetime
    last_seen_at: datetime | None = Field(description="To the lifetime of an access token.")
    link_expires_at: datetime | None = Field(
        description="Until when the last link made for them works; null where none does."
    )
    erased_at: datetime | None

    @classmethod
    def of(cls, member: Member, seen_at: datetime | None = None) -> "MemberView":
        return cls.model_validate(_shown_member(member, seen_at))


class MemberExport(MemberView):
    """All that is known of somebody."""

    sessions: list[DeviceView]

    @classmethod
    def holding(
        cls, member: Member, seen_at: datetime | None, devices: Sequence[Device]
    ) -> "MemberExport":
        sessions = [DeviceView.of(device) for device in devices]
        return cls.model_validate({**_shown_member(member, seen_at), "sessions": sessions})


class RoleView(BaseModel):
    """What a role may do."""

    role: Role
    scopes: list[Scope]

    @classmethod
    def of(cls, role: Role) -> "RoleView":
        return cls(role=role, scopes=sorted(SCOPES_OF[role]))


class Invitation(Input):
    """Whom to ask, and what they shall be."""

    email: str = Field(max_length=320, examples=["grace@example.com"])
    role: Role


class NewRole(Input):
    """What somebody shall be."""

    role: Role


class MemberErasure(Input):
    """Says twice who is meant."""

    confirm: str = Field(description="The member's id once more.", examples=[_STAFF_ID])


class LinkMade(BaseModel):
    """Somebody, and the link they were given, which is never shown again."""

    member: MemberView
    token: str = Field(examples=["lni_…"])
    path: str = Field(
        description="Where the link leads, under this installation's address.",
        examples=["/dashboard/invitation#lni_…"],
    )
    expires_at: datetime

    @classmethod
    def of(cls, member: Member, link: Link) -> "LinkMade":
        return cls(
            member=MemberView.of(member),
            token=link.token,
            # Behind the #, which a browser keeps to itself: servers log addresses.
            path=f"/dashboard/invitation#{link.token}",
            expires_at=link.expires_at,
        )


class NetworkSaid(Input):
    """A network that staff may sign in from."""

    network: str = Field(
        max_length=64,
        description="`203.0.113.0/24`, `2001:db8:7::/48`, or one address.",
        examples=["203.0.113.0/24"],
    )
    label: str = Field(
        default="",
        max_length=100,
        pattern=r"^[^\x00]*$",
        description="What you call the place.",
        examples=["The shop in Kiel"],
    )


class AllowListChange(Input):
    """Where staff may sign in from; these replace what was said before."""

    version: int = Field(ge=0, le=2**31 - 1, description="The version that you read.")
    networks: list[NetworkSaid] = Field(
        max_length=NETWORKS_AT_MOST, description="None of them: from anywhere."
    )

    def places(self) -> list[Place]:
        """The networks, read. Raises NetworkInvalid with the fields that are wrong."""
        read: list[Place] = []
        wrong: dict[str, str] = {}
        first: NetworkInvalid | None = None
        for number, said in enumerate(self.networks):
            try:
                read.append(Place(network(said.network), said.label.strip()))
            except NetworkInvalid as error:
                first = first or error
                wrong[f"networks.{number}.network"] = error.detail
        if first is not None:
            raise NetworkInvalid(first.detail, fields=wrong)
        return read


class NetworkView(BaseModel):
    """A network that staff may sign in from."""

    network: str = Field(examples=["203.0.113.0/24"])
    label: str


class AllowListView(BaseModel):
    """Where staff may sign in from."""

    version: int = Field(description="Send it back with a change.")
    networks: list[NetworkView] = Field(description="None of them: from anywhere.")
    your_network: str | None = Field(
        description="Your line, as far as the server can tell: your address, or by IPv6 its /64.",
        examples=["203.0.113.7", "2001:db8:7:1::/64"],
    )

    @classmethod
    def of(cls, allowed: AllowList, address: Address | None) -> "AllowListView":
        return cls(
            version=allowed.version,
            networks=[
                NetworkView(network=_shown_network(place.network), label=place.label)
                for place in allowed.places
            ],
            your_network=None if address is None else _shown_network(line_of(address)),
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


def _shown_network(network: Network) -> str:
    """As it was written: one address by itself without the length of a prefix."""
    return str(network.network_address if network.num_addresses == 1 else network)


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


def _shown_member(member: Member, seen_at: datetime | None) -> dict[str, object]:
    return {
        "id": to_wire("stf", member.id),
        "email": member.email or None,
        "name": member.name,
        "role": member.role,
        "state": member.state,
        "created_at": member.created_at,
        "last_seen_at": seen_at,
        "link_expires_at": member.link_expires_at,
        "erased_at": member.erased_at,
    }
