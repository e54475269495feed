"""What a merchant, its stores and its program look like on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.kernel.ids import to_wire
from loyalnest.merchants import rules
from loyalnest.merchants.values import (
    Merchant,
    Program,
    ProgramSettings,
    ProgramVersion,
    Store,
    Switch,
)


class MerchantView(BaseModel):
    """The merchant you work for."""

    id: str = Field(examples=["mer_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    handle: str = Field(examples=["demo"])
    name: str
    currency: str = Field(examples=["GBP"])
    time_zone: str = Field(examples=["Europe/London"])
    locale: str = Field(examples=["en"])
    created_at: datetime

    @classmethod
    def of(cls, merchant: Merchant) -> "MerchantView":
        return cls(
            id=to_wire("mer", merchant.id),
            handle=merchant.handle,
            name=merchant.name,
            currency=merchant.currency,
            time_zone=merchant.time_zone,
            locale=merchant.locale,
            created_at=merchant.created_at,
        )


class StoreView(BaseModel):
    """One selling place."""

    id: str = Field(examples=["sto_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    provider: str = Field(examples=["shopify"])
    domain: str = Field(examples=["demo.myshopify.com"])
    name: str
    created_at: datetime
    uninstalled_at: datetime | None = Field(description="When it removed us; null while connected.")
    web_addresses: list[str] = Field(
        description="Where its pages are besides its domain: these may call customers' doors."
    )

    @classmethod
    def of(cls, store: Store) -> "StoreView":
        return cls(
            id=to_wire("sto", store.id),
            provider=store.provider,
            domain=store.domain,
            name=store.name,
            created_at=store.created_at,
            uninstalled_at=store.uninstalled_at,
            web_addresses=list(store.web_addresses),
        )


class WebAddresses(BaseModel):
    """Where a store's pages are."""

    web_addresses: list[Annotated[str, Field(max_length=300)]] = Field(
        max_length=100,
        description=f"At most {rules.ADDRESSES_AT_MOST}, each by https (or `http://localhost` and"
        " `http://127.0.0.1`, with any port), a host, and no path.",
    )
    before: list[Annotated[str, Field(max_length=300)]] | None = Field(
        default=None,
        max_length=100,
        description="The addresses as you read them: where somebody else has changed them since,"
        " your change is refused with `WEB_ADDRESSES_STALE`.",
    )


class ProgramView(BaseModel):
    """A program's settings from one instant on."""

    version: int
    effective_from: datetime
    created_by: str
    settings: ProgramSettings

    @classmethod
    def of(cls, version: ProgramVersion) -> "ProgramView":
        return cls(
            version=version.version,
            effective_from=version.effective_from,
            created_by=version.created_by,
            settings=version.settings,
        )


class SwitchChange(BaseModel):
    """How a switch should stand."""

    model_config = ConfigDict(extra="forbid")

    state: Switch


class SwitchView(BaseModel):
    """The program, a part of it or an earning rule, and whether it runs."""

    switch: str = Field(
        description="`program`, `orders`, `campaigns`, `referrals`, `gamification`, `nudges`, or an"
        " action's rule.",
        examples=["rule.review"],
    )
    state: Switch
    since: datetime
    changed_by: str

    @classmethod
    def all_of(cls, program: Program) -> "list[SwitchView]":
        """Every switch of a program."""
        states = rules.switches_of(program.current.settings)
        return [cls._of(program, name, state) for name, state in states.items()]

    @classmethod
    def of(cls, program: Program, name: str) -> "SwitchView":
        """One switch of a program, which there must be."""
        return cls._of(program, name, rules.switches_of(program.current.settings)[name])

    @classmethod
    def _of(cls, program: Program, name: str, state: Switch) -> "SwitchView":
        setter = rules.standing_since(program.versions, name)
        return cls(
            switch=name, state=state, since=setter.effective_from, changed_by=setter.created_by
        )


class SwitchesView(BaseModel):
    """Everything that can be switched."""

    items: list[SwitchView]
