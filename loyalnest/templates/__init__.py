"""What customers are told: words for every occasion, channel and language, made into messages.

Words come with the product, in `locales/messages`; a merchant's own are kept in versions and count
in their place. This module knows nobody's address and sends nothing: whoever sends loads the
templates that it needs, many at once, and renders a message for each customer.
"""

from loyalnest.templates.errors import (
    ConditionUneven,
    FilterUnknown,
    LinkUnsafe,
    PartUnfit,
    PluralUnfit,
    SubjectUnsafe,
    TemplateEmpty,
    TemplateForbidden,
    TemplateNotFound,
    TemplateNotPlain,
    TemplateStale,
    TemplateTooLong,
    TemplateUnreadable,
    TemplateVersionNotFound,
    VariableMissing,
    VariableUnfit,
    VariableUnknown,
    WhatsappUnfit,
)
from loyalnest.templates.events import TemplateJudged, TemplateUpdated
from loyalnest.templates.filling import fill
from loyalnest.templates.occasions import TERMS, sample_of, terms_of
from loyalnest.templates.queries import UnitNames, load, voice_of
from loyalnest.templates.rendering import render, submitted
from loyalnest.templates.rewording import Rewording, check_rewording, reworded
from loyalnest.templates.rules import drafted
from loyalnest.templates.schemas import WordsView
from loyalnest.templates.segments import segments_of
from loyalnest.templates.service import note_approval, restore, save
from loyalnest.templates.values import (
    Approval,
    Approved,
    Channel,
    Door,
    Encoding,
    Kind,
    Links,
    Occasion,
    Purpose,
    Rendered,
    Segments,
    Template,
    Terms,
    Value,
    Variable,
    Version,
    Voice,
    Wanted,
    Words,
)

__all__ = [
    "TERMS",
    "Approval",
    "Approved",
    "Channel",
    "ConditionUneven",
    "Door",
    "Encoding",
    "FilterUnknown",
    "Kind",
    "LinkUnsafe",
    "Links",
    "Occasion",
    "PartUnfit",
    "PluralUnfit",
    "Purpose",
    "Rendered",
    "Rewording",
    "Segments",
    "SubjectUnsafe",
    "Template",
    "TemplateEmpty",
    "TemplateForbidden",
    "TemplateJudged",
    "TemplateNotFound",
    "TemplateNotPlain",
    "TemplateStale",
    "TemplateTooLong",
    "TemplateUnreadable",
    "TemplateUpdated",
    "TemplateVersionNotFound",
    "Terms",
    "UnitNames",
    "Value",
    "Variable",
    "VariableMissing",
    "VariableUnfit",
    "VariableUnknown",
    "Version",
    "Voice",
    "Wanted",
    "WhatsappUnfit",
    "Words",
    "WordsView",
    "check_rewording",
    "drafted",
    "fill",
    "load",
    "note_approval",
    "render",
    "restore",
    "reworded",
    "sample_of",
    "save",
    "segments_of",
    "submitted",
    "terms_of",
    "voice_of",
]
