"""What a shop's pages show to everybody of a program: the public configuration, part by part.

Nothing of any customer is in it. Money and factors are decimals in strings, points integers.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.branding import Corners
from loyalnest.merchants import Rounding, Switch
from loyalnest.rewards import Kind
from loyalnest.storefront.values import Audience, NudgeKind, Place, WidgetSide
from loyalnest.tiers import Basis


class Shown(BaseModel):
    """What all parts have in common."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class ShownPicture(Shown):
    """A picture, and how much room to keep for it."""

    url: str
    width: int
    height: int


class ShownPalette(Shown):
    """The brand's colour, and those that can be read on it and beside it."""

    colour: str
    on_colour: str
    text: str
    text_in_dark: str


class ShownBrand(Shown):
    """How the merchant looks."""

    name: str
    logo: ShownPicture | None
    corners: Corners
    palette: ShownPalette


class ShownPages(Shown):
    """Where the shop's own pages are."""

    account: str
    registration: str = Field(serialization_alias="register")
    cart: str
    loyalty: str | None


class ShownWidget(Shown):
    """The launcher and its panel."""

    enabled: bool
    side: WidgetSide
    phones: bool
    pages: ShownPages


class ShownPurchase(Shown):
    """What an order earns."""

    action: Literal["purchase"]
    per: dict[str, str]
    """Points for one unit of these currencies."""
    otherwise: str
    """Points for one unit of any other."""
    rounding: Rounding
    counts: Literal["subtotal", "total"]
    """`subtotal`: the goods alone. `total`: shipping, tax or tips earn as well."""


class ShownDeed(Shown):
    """What anything else earns that a customer may do."""

    action: str
    points: int


class ShownReward(Shown):
    """A reward that is on offer."""

    id: str
    name: str
    description: str
    kind: Kind
    cost: int
    amounts: dict[str, str]
    percent: str | None
    minimum_spend: dict[str, str]
    ends_at: datetime | None
    tiers: list[str]
    """For customers on these tiers only; empty: for all."""


class ShownTier(Shown):
    """One step of the ladder."""

    key: str
    name: str
    colour: str
    threshold: str
    basis: Basis
    multiplier: str
    perks: list[str]


class ShownPromise(Shown):
    """What one side gets for a referral."""

    points: int
    reward: str | None


class ShownReferral(Shown):
    """What bringing a friend is worth."""

    enabled: bool
    friend_gets: ShownPromise
    you_get: ShownPromise


class ShownBadge(Shown):
    """Something to be proud of."""

    key: str
    name: str
    description: str | None


class ShownCap(Shown):
    """How often at most somebody meets a nudge."""

    times: int
    days: int


class ShownNudge(Shown):
    """Something that speaks up by itself."""

    id: str
    version: int
    """Which of its versions this is: what is agreed to is agreed to in its words."""
    kind: NudgeKind
    where: list[Place]
    audience: Audience
    after_s: int
    cap: ShownCap
    words: dict[str, str]
    link: str | None
    code: str | None


class ShownVariant(Shown):
    """One of the ways that an experiment compares."""

    key: str
    weight: int
    changes: dict[str, str]


class ShownExperiment(Shown):
    """What is tried on a share of the visitors."""

    key: str
    subject: str
    share: float
    variants: list[ShownVariant]


class ShownConfig(Shown):
    """Everything that a page needs, for a guest or whoever has signed in, to draw itself."""

    version: str
    """Changes with anything below."""
    shop: str
    language: str
    direction: Literal["ltr", "rtl"]
    currency: str
    brand: ShownBrand
    unit: dict[str, str]
    """What points are called, by the forms of the language (Unicode CLDR, cardinal numbers)."""
    switches: dict[str, Switch]
    """How `program`, `referrals` and `nudges` stand."""
    widget: ShownWidget
    points: dict[str, bool]
    earn: list[ShownPurchase | ShownDeed]
    rewards: list[ShownReward]
    tiers: list[ShownTier]
    referral: ShownReferral
    badges: list[ShownBadge]
    nudges: list[ShownNudge]
    nudges_for_tiers: bool
    """Whether members, of some tiers or all, are told more of them, by `GET /v1/api/me/perks`."""
    experiments: list[ShownExperiment]
    texts: dict[str, str]
