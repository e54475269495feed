"""What texts look like on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.texts import rules
from loyalnest.texts.catalogue import forms_of
from loyalnest.texts.values import Forms, Progress, Said, State

Form = Literal["zero", "one", "two", "few", "many", "other"]
Words = Annotated[str, Field(max_length=1000)]


class TextView(BaseModel):
    """A text in a language, with the English one beside it."""

    key: str = Field(examples=["reward.title"])
    section: str
    state: State
    counted: bool = Field(description="Whether it has a form for each way of counting.")
    places: list[str] = Field(
        description="What is filled in; every form has them.", examples=[["{{name}}"]]
    )
    longest: int = Field(description="How many characters there is room for.")
    english: dict[str, str] = Field(description="By form; what counts nothing has `other` alone.")
    original: dict[str, str] = Field(description="As it came with the product, by form.")
    text: dict[str, str] = Field(description="As it is shown, by form.")
    saved_at: datetime | None = Field(description="When somebody here mended or reviewed it.")
    saved_by: str | None

    @classmethod
    def of(cls, it: Said, language: str) -> "TextView":
        """The text as the API shows it."""
        order = forms_of(it.english, language)
        return cls(
            key=it.english.key,
            section=it.english.section,
            state=it.state,
            counted=it.english.counted,
            places=rules.places_of(it.english),
            longest=rules.longest_of(it.english),
            english=dict(it.english.forms),
            original=_ordered(it.original.forms, order),
            text=_ordered(it.forms, order),
            saved_at=it.wording.saved_at if it.wording else None,
            saved_by=it.wording.saved_by if it.wording else None,
        )


class NewWords(BaseModel):
    """How a text is to be said."""

    model_config = ConfigDict(extra="forbid")

    forms: dict[Form, Words] = Field(
        max_length=6, description="Every form that the language has.", examples=[{"other": "Gifts"}]
    )


class LanguageView(BaseModel):
    """A language, and how far its texts have been read by people."""

    language: str
    texts: int
    machine: int = Field(description="Nobody has read these.")
    reviewed: int
    mended: int = Field(description="Said in words of your own.")
    outdated: int = Field(description="Read once, and changed since.")

    @classmethod
    def of(cls, it: Progress) -> "LanguageView":
        """The language as the API shows it."""
        return cls(
            language=it.language,
            texts=it.texts,
            machine=it.counts.get(State.MACHINE, 0),
            reviewed=it.counts.get(State.REVIEWED, 0),
            mended=it.counts.get(State.MENDED, 0),
            outdated=it.counts.get(State.OUTDATED, 0),
        )


class LanguagesView(BaseModel):
    """Every language of the product, and the parts of it that say something."""

    items: list[LanguageView]
    sections: list[str]


def _ordered(forms: Forms, order: tuple[str, ...]) -> dict[str, str]:
    """The database keeps forms in an order of its own."""
    given: Mapping[str, str] = forms
    return {form: given[form] for form in order}
