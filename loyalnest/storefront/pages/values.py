"""The words of this part: pages, and what a merchant says on them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from loyalnest.kernel.writing import readable
from loyalnest.storefront.values import Closed, Language

QUESTIONS_AT_MOST = 20


class PageName(StrEnum):
    """Which page."""

    LOYALTY = "loyalty"
    """What the program gives, and how to take part."""
    REFER = "refer"
    """What bringing a friend gives to both, and how to do it."""


def _paragraphs(words: str) -> str:
    """Lines without blanks around them; an empty one parts paragraphs. Raises ValueError."""
    lines = [readable(line) if line.strip() else "" for line in words.split("\n")]
    if not any(lines):
        raise ValueError("write something that can be read, or nothing at all")
    return "\n".join(lines).strip("\n")


Title = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(readable)]
Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(readable)]
Prose = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_paragraphs)]


class Question(Closed):
    """A question and its answer."""

    question: Line
    answer: Prose


class PageWords(Closed):
    """What a page says in one language; what is left out is said in our words."""

    title: Title | None = None
    introduction: Prose | None = Field(
        default=None, description="An empty line parts paragraphs. Plain text."
    )
    picture_text: Line | None = Field(
        default=None, description="What the picture shows, for whoever doesn't see it."
    )
    questions: tuple[Question, ...] = Field(
        default=(), max_length=QUESTIONS_AT_MOST, description="Asked in place of ours."
    )


class PageSettings(Closed):
    """What a merchant's page shows. A change makes a new version."""

    enabled: bool = Field(default=True, description="Off: there is no such page.")
    words: dict[Language, PageWords] = Field(
        default_factory=dict, description="The merchant's own words, by language."
    )
    picture: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = Field(
        default=None, description="A picture that was uploaded, by its `hash`."
    )
    address: str | None = Field(
        default=None,
        max_length=300,
        pattern=r"^https://[a-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$",
        description="Where search engines should find the page, if it is shown at several places:"
        " `https://www.example.com/apps/loyalty/pages/loyalty`.",
    )

    def words_in(self, language: str) -> PageWords:
        """What the merchant says in a language itself."""
        return self.words.get(language, PageWords())


@dataclass(frozen=True, slots=True)
class PageVersion:
    """A page's settings as they stand."""

    merchant_id: UUID
    page: PageName
    version: int
    """0 until somebody has saved it for the first time."""
    settings: PageSettings
    changed_at: datetime | None
    changed_by: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is read. All of it is settled or signed, nothing is a browser's word."""

    address: str
    """Of the page, absolute, without a query: what it is known by."""
    installation: str
    """Where this installation is, absolute."""
    pictures: str = ""
    """What precedes the path of a picture; nothing where the page is the installation's own."""
    session: str | None = None
    """Where the shop says who is signed in, below its own domain; None where nobody can be."""
