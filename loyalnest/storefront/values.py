"""The words of this module: what of a program is on a shop's own pages, and how it looks there."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LINK_AT_MOST = 500
# A browser takes a backslash for a slash and leaves out tabs and line ends: `/\example.com` and
# `/<tab>/example.com` lead to another host.
_PATH = re.compile(r"/(?!/)[^\s\\\"<>\x00-\x1f\x7f]*")
_PAGE = re.compile(
    r"https://[a-z0-9][a-z0-9.-]*[a-z0-9](:[0-9]{1,5})?(/[^\s\\\"<>\x00-\x1f\x7f]*)?"
)


class Closed(BaseModel):
    """What all settings here have in common: closed and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _of_the_shop(link: str) -> str:
    if not _PATH.fullmatch(link):
        raise ValueError("write a path of your shop, like /collections/new")
    return link


def _of_anybody(link: str) -> str:
    if not (_PATH.fullmatch(link) or _PAGE.fullmatch(link)):
        raise ValueError("write a path of your shop, like /pages/rewards, or an https address")
    return link


Path = Annotated[str, Field(max_length=LINK_AT_MOST), AfterValidator(_of_the_shop)]
"""A page of the shop that it is clicked in. It leads to no other host and runs nothing."""
Page = Annotated[str, Field(max_length=LINK_AT_MOST), AfterValidator(_of_anybody)]
"""The same, or a page elsewhere that is reached by https."""


class Side(StrEnum):
    """Where the launcher sits: at which end of a line, in the reader's own direction."""

    START = "start"
    END = "end"


class Pages(Closed):
    """Where a shop's own pages are."""

    account: Path = "/account"
    registration: Path = "/account/register"
    cart: Path = "/cart"
    loyalty: Page | None = Field(default=None, description="Null: the one that we serve.")


class Widget(Closed):
    """The launcher in a corner of every page, and the panel that it opens."""

    enabled: bool = True
    side: Side = Side.END
    phones: bool = Field(default=True, description="Whether it is shown on narrow screens, too.")
    pages: Pages = Pages()


class PointsOn(Closed):
    """Where a page says what a purchase earns, if it has a place for it."""

    product: bool = True
    cart: bool = True
    thanks: bool = True
    calculator: bool = True


class SiteSettings(Closed):
    """What of a program is on the shop's pages. A change makes a new version."""

    widget: Widget = Widget()
    points: PointsOn = PointsOn()


@dataclass(frozen=True, slots=True)
class Site:
    """What of one merchant's program is on its pages."""

    merchant_id: UUID
    version: int
    """0 until somebody has saved it for the first time."""
    settings: SiteSettings
    changed_at: datetime | None
    changed_by: str | None
