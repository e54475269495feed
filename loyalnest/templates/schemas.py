"""What templates look like on the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.kernel.http import ReadVersion
from loyalnest.kernel.languages import RIGHT_TO_LEFT
from loyalnest.templates import builtin, looks, rendering
from loyalnest.templates.queries import Own
from loyalnest.templates.rules import LONGEST, LONGEST_BODY
from loyalnest.templates.values import (
    Approval,
    Channel,
    Encoding,
    Kind,
    Occasion,
    Rendered,
    Template,
    Terms,
    Variable,
    Version,
    Words,
)

_ORDER = {channel: number for number, channel in enumerate(Channel)}
_BODY = (
    "Paragraphs of plain text with blank lines between them. `{{ points }}` fills in,"
    " `{% if code %}…{% endif %}` asks. In e-mail `# ` begins a heading, `- ` a line of a list;"
    " `**bold**`, `[label]({{ link }})`."
)


class VariableView(BaseModel):
    """Something that can be filled in."""

    name: str
    kind: Kind
    optional: bool = Field(description="Whether it may be missing.")
    meaning: str
    sample: Any = Field(description="What a preview shows; null: nothing.")

    @classmethod
    def of(cls, it: Variable) -> "VariableView":
        return cls(
            name=it.name,
            kind=it.kind,
            optional=it.optional,
            meaning=it.meaning,
            sample=dict(it.sample) if isinstance(it.sample, Mapping) else it.sample,
        )


class SavedView(BaseModel):
    """A language in which you have saved something."""

    language: str
    version: int
    own: bool = Field(description="Your words count; else the product's were put back.")
    saved_at: datetime
    saved_by: str

    @classmethod
    def of(cls, it: Own) -> "SavedView":
        return cls(
            language=it.language,
            version=it.version,
            own=it.own,
            saved_at=it.saved_at,
            saved_by=it.saved_by,
        )


class ChannelView(BaseModel):
    """A channel on which an occasion makes sense."""

    channel: Channel
    saved: list[SavedView] = Field(description="In all other languages the product's words count.")


class OccasionView(BaseModel):
    """Something that a customer should hear of."""

    occasion: Occasion
    purpose: Literal["transactional", "outreach"] = Field(
        description="`transactional`: somebody waits for it. `outreach`: needs consent."
    )
    variables: list[VariableView]
    channels: list[ChannelView]

    @classmethod
    def of(cls, terms: Terms, own: Sequence[Own]) -> "OccasionView":
        ours = [it for it in own if it.occasion is terms.occasion]
        return cls(
            occasion=terms.occasion,
            purpose=terms.purpose.value,
            variables=list(map(VariableView.of, terms.variables.values())),
            channels=[
                ChannelView(
                    channel=channel,
                    saved=[SavedView.of(it) for it in ours if it.channel is channel],
                )
                for channel in sorted(terms.channels, key=lambda it: _ORDER[it])
            ],
        )


class OccasionsView(BaseModel):
    """Every occasion, in the order in which people read them."""

    items: list[OccasionView]


class WordsView(BaseModel):
    """What a template says."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(max_length=LONGEST["subject"] * 2)] | None = Field(
        default=None, description="Of e-mail alone, and there it is needed."
    )
    preheader: Annotated[str, Field(max_length=LONGEST["preheader"] * 2)] | None = Field(
        default=None,
        description="Of e-mail alone: what a list of mails shows behind the subject; null: how the"
        " text begins.",
    )
    body: str = Field(max_length=LONGEST_BODY[Channel.EMAIL] * 2, description=_BODY)
    name: Annotated[str, Field(max_length=LONGEST["name"])] | None = Field(
        default=None,
        description="Of WhatsApp alone: what the template is called at Meta, or Twilio's `HX…`.",
    )

    @classmethod
    def of(cls, it: Words) -> "WordsView":
        return cls(subject=it.subject, preheader=it.preheader, body=it.body, name=it.name)

    def words(self) -> Words:
        """As this module has them."""
        return Words(self.body, self.subject or None, self.preheader or None, self.name or None)


class TemplateView(BaseModel):
    """A template as it counts."""

    occasion: Occasion
    channel: Channel
    language: str
    version: int = Field(description="The latest that was saved; 0: none ever was.")
    own: bool = Field(description="Your words count; else those that come with the product.")
    outdated: bool = Field(
        description="Your words name something that isn't filled in any more, so ours are sent."
    )
    words: WordsView
    default: WordsView = Field(description="The words that come with the product.")
    longest: int = Field(description="How many characters the body may have.")
    approval: Approval | None = Field(description="Of WhatsApp alone.")
    submitted: str | None = Field(
        description="Of WhatsApp alone: the text to hand in for approval, with {{1}}, {{2}} …"
    )

    @classmethod
    def of(cls, it: Template, saved: Version | None) -> "TemplateView":
        own = saved.words if saved else None
        chat = it.channel is Channel.WHATSAPP
        return cls(
            occasion=it.occasion,
            channel=it.channel,
            language=it.language,
            version=saved.version if saved else 0,
            own=own is not None,
            outdated=own is not None and it.version == 0,
            words=WordsView.of(own or it.words),
            default=WordsView.of(builtin.words_of(it.occasion, it.channel, it.language)),
            longest=LONGEST_BODY[it.channel],
            approval=it.approval,
            submitted=rendering.submitted(it) if chat else None,
        )


class TemplateChange(BaseModel):
    """What to say from now on."""

    model_config = ConfigDict(extra="forbid")

    words: WordsView
    version: ReadVersion = None


class TemplateRestore(BaseModel):
    """Which words to put back."""

    model_config = ConfigDict(extra="forbid")

    restore: int = Field(ge=0, le=2**31 - 1, description="A version; 0: the product's words.")
    version: ReadVersion = None


class ApprovalChange(BaseModel):
    """What your provider says of a WhatsApp template."""

    model_config = ConfigDict(extra="forbid")

    approval: Approval


class VersionView(BaseModel):
    """What was saved, and by whom."""

    version: int
    words: WordsView | None = Field(description="null: the product's words were put back.")
    saved_at: datetime
    saved_by: str

    @classmethod
    def of(cls, it: Version) -> "VersionView":
        return cls(
            version=it.version,
            words=WordsView.of(it.words) if it.words else None,
            saved_at=it.saved_at,
            saved_by=it.saved_by,
        )


class Scheme(StrEnum):
    """By which light a mail is read."""

    LIGHT = "light"
    DARK = "dark"


class PreviewRequest(BaseModel):
    """What to look at."""

    model_config = ConfigDict(extra="forbid")

    words: WordsView | None = Field(default=None, description="null: those that count.")
    variables: dict[Annotated[str, Field(max_length=40)], Any] | None = Field(
        default=None,
        max_length=40,
        description="What to fill in; null: samples. What is left out is missing.",
        examples=[{"name": "Anna", "points": 120, "balance": 1240}],
    )
    scheme: Scheme = Field(default=Scheme.LIGHT, description="By which light to see it.")


class PartsView(BaseModel):
    """What a text message takes."""

    encoding: Encoding
    units: int = Field(description="Septets of GSM-7, or 16-bit units of UCS-2.")
    segments: int = Field(description="Parts, each of which is paid for.")
    left: int = Field(description="Units that still fit into the last part.")


class ApprovedView(BaseModel):
    """A WhatsApp template as the provider takes it."""

    name: str
    language: str
    variables: list[str] = Field(description="For {{1}}, {{2}} …")
    approval: Approval


class MessagePreviewView(BaseModel):
    """A message as a customer would get it."""

    language: str
    direction: str = Field(description="`ltr` or `rtl`.")
    subject: str | None
    html: str | None = Field(description="Show it in a frame without scripts.")
    text: str
    segments: PartsView | None
    whatsapp: ApprovedView | None

    @classmethod
    def of(cls, it: Rendered, scheme: Scheme) -> "MessagePreviewView":
        segments, chat = it.segments, it.whatsapp
        return cls(
            language=it.language,
            direction="rtl" if it.language in RIGHT_TO_LEFT else "ltr",
            subject=it.subject,
            html=it.html and looks.lit(it.html, dark=scheme is Scheme.DARK),
            text=it.text,
            segments=segments
            and PartsView(
                encoding=segments.encoding,
                units=segments.units,
                segments=segments.segments,
                left=segments.left,
            ),
            whatsapp=chat
            and ApprovedView(
                name=chat.name,
                language=chat.language,
                variables=list(chat.variables),
                approval=chat.approval,
            ),
        )
