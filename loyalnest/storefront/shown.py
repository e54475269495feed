"""What a shop's pages show to everybody of a program: the public configuration, part by part.

Nothing of any customer is in it. Money and factors are decimals in strings, points integers.
"""

from collections.abc import Mapping, Sequence

import msgspec


class Picture(msgspec.Struct, frozen=True):
    """A picture, and how much room to keep for it."""

    url: str
    """Below the installation's address, where that is not known to it."""
    width: int
    height: int


class Palette(msgspec.Struct, frozen=True):
    """The brand's colour, and those that can be read on it and beside it."""

    colour: str
    on_colour: str
    text: str
    text_in_dark: str


class Brand(msgspec.Struct, frozen=True):
    """How the merchant looks."""

    name: str
    logo: Picture | None
    corners: str
    palette: Palette


class Pages(msgspec.Struct, frozen=True):
    """Where the shop's own pages are."""

    account: str
    register: str
    cart: str
    loyalty: str | None


class Widget(msgspec.Struct, frozen=True):
    """The launcher and its panel."""

    enabled: bool
    side: str
    phones: bool
    pages: Pages


class Earning(msgspec.Struct, frozen=True, omit_defaults=True):
    """What something that a customer may do earns: `points`, or with `purchase` what follows."""

    action: str
    points: int | None = None
    per: Mapping[str, str] | None = None
    """Points for one unit of these currencies."""
    otherwise: str | None = None
    """Points for one unit of any other."""
    rounding: str | None = None
    counts: str | None = None
    """`subtotal`: the goods alone. `total`: shipping, tax or tips earn as well."""


class Reward(msgspec.Struct, frozen=True):
    """A reward that is on offer."""

    id: str
    name: str
    description: str
    kind: str
    cost: int
    amounts: Mapping[str, str]
    percent: str | None
    minimum_spend: Mapping[str, str]
    ends_at: str | None
    tiers: Sequence[str]
    """For customers on these tiers only; empty: for all."""


class Tier(msgspec.Struct, frozen=True):
    """One step of the ladder."""

    key: str
    name: str
    colour: str
    threshold: str
    basis: str
    multiplier: str
    perks: Sequence[str]


class Promise(msgspec.Struct, frozen=True):
    """What one side gets for a referral."""

    points: int
    reward: str | None


class Referral(msgspec.Struct, frozen=True):
    """What bringing a friend is worth."""

    enabled: bool
    friend_gets: Promise
    you_get: Promise


class Badge(msgspec.Struct, frozen=True):
    """Something to be proud of."""

    key: str
    name: str
    description: str | None


class Cap(msgspec.Struct, frozen=True):
    """How often at most somebody meets a nudge."""

    times: int
    days: int


class Nudge(msgspec.Struct, frozen=True):
    """Something that speaks up by itself."""

    id: str
    version: int
    """Which of its versions this is: what is agreed to is agreed to in its words."""
    kind: str
    where: Sequence[str]
    audience: str
    after_s: int
    cap: Cap
    words: Mapping[str, str]
    link: str | None
    code: str | None


class Variant(msgspec.Struct, frozen=True):
    """One of the ways that an experiment compares."""

    key: str
    weight: int
    changes: Mapping[str, str]


class Experiment(msgspec.Struct, frozen=True):
    """What is tried on a share of the visitors."""

    key: str
    subject: str
    share: float
    variants: Sequence[Variant]


class Config(msgspec.Struct, frozen=True):
    """Everything that a page needs, for a guest or whoever has signed in, to draw itself."""

    version: str
    """Changes with anything below."""
    shop: str
    language: str
    direction: str
    currency: str
    brand: Brand
    unit: Mapping[str, str]
    """What points are called, by the forms of the language (Unicode CLDR, cardinal numbers)."""
    switches: Mapping[str, str]
    widget: Widget
    points: Mapping[str, bool]
    earn: Sequence[Earning]
    rewards: Sequence[Reward]
    tiers: Sequence[Tier]
    referral: Referral
    badges: Sequence[Badge]
    nudges: Sequence[Nudge]
    experiments: Sequence[Experiment]
    texts: Mapping[str, str]
