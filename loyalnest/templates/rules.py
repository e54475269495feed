"""Pure decisions: what a merchant's words may be. What passes here can be sent."""

import re
import unicodedata
from dataclasses import replace
from uuid import UUID

from loyalnest.branding import Corners, palette_of
from loyalnest.kernel.errors import Invalid
from loyalnest.kernel.writing import shows_something, turns_what_follows
from loyalnest.templates import rendering
from loyalnest.templates.errors import (
    PartUnfit,
    SubjectUnsafe,
    TemplateEmpty,
    TemplateNotFound,
    TemplateNotPlain,
    TemplateTooLong,
    WhatsappUnfit,
)
from loyalnest.templates.occasions import sample_of, terms_of
from loyalnest.templates.values import Channel, Occasion, Template, Voice, Words

LONGEST = {"subject": 200, "preheader": 200, "name": 512}
LONGEST_BODY = {Channel.EMAIL: 10_000, Channel.SMS: 1_000, Channel.WHATSAPP: 1_000}
_LONGEST_FILLED = 1_024
"""What WhatsApp takes in a body, filled in."""
_PARTS = {
    Channel.EMAIL: frozenset({"subject", "preheader"}),
    Channel.SMS: frozenset[str](),
    Channel.WHATSAPP: frozenset({"name"}),
}
_NAME = re.compile(r"[a-z0-9_]{1,512}|HX[0-9a-f]{32}")
_TAG = re.compile(r"<[A-Za-z/!?]")
# Controls, lone halves of signs, what is not assigned or means something of its own to us.
_NOT_TEXT = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_SOMEBODY = Voice(UUID(int=0), "Café Nord", palette_of("#0b6e5e"), Corners.ROUNDED, None)


def check_channel(occasion: Occasion, channel: Channel) -> None:
    """Raises TemplateNotFound for a channel on which an occasion makes no sense."""
    if channel not in terms_of(occasion).channels:
        raise TemplateNotFound(f"`{occasion}` is not told by {channel}.")


def checked(occasion: Occasion, channel: Channel, language: str, words: Words) -> Words:
    """Words as they are kept: composed, without blanks around them.

    Raises TemplateNotFound, PartUnfit, TemplateEmpty, TemplateTooLong, TemplateNotPlain,
    SubjectUnsafe, WhatsappUnfit, and what `rendering.program_of` does; each names the part.
    """
    check_channel(occasion, channel)
    words = Words(
        body=_tidied(words.body) or "",
        subject=_tidied(words.subject),
        preheader=_tidied(words.preheader),
        name=_tidied(words.name),
    )
    _check_parts(channel, words)
    for part in ("subject", "preheader", "name", "body"):
        text = getattr(words, part)
        if text is not None:
            _check_text(part, text, LONGEST.get(part) or LONGEST_BODY[channel])
    program = rendering.program_of(occasion, channel, language, words)
    if channel is Channel.WHATSAPP:
        _check_whatsapp(program)
    _try_out(Template(occasion, channel, language, 0, words, _SOMEBODY))
    return words


def drafted(template: Template, words: Words) -> Template:
    """A template with other words, as if they were saved. Raises what `checked` does."""
    good = checked(template.occasion, template.channel, template.language, words)
    return replace(template, words=good)


def still_good(occasion: Occasion, channel: Channel, language: str, words: Words) -> bool:
    """Whether words that were good once still are, with the variables of today."""
    try:
        rendering.program_of(occasion, channel, language, words)
    except Invalid:
        return False
    return True


def _check_parts(channel: Channel, words: Words) -> None:
    for part in ("subject", "preheader", "name"):
        if getattr(words, part) is not None and part not in _PARTS[channel]:
            raise PartUnfit(fields={f"words.{part}": f"{channel} has none"})
    if channel is Channel.EMAIL and words.subject is None:
        raise TemplateEmpty(fields={"words.subject": "must not be empty"})
    if words.name is not None and not _NAME.fullmatch(words.name):
        raise PartUnfit(
            "A WhatsApp template's name has small letters, digits and `_`; one of Twilio's is `HX`"
            " and 32 digits.",
            fields={"words.name": "is no name of a template"},
        )


def _check_text(part: str, text: str, longest: int) -> None:
    field = f"words.{part}"
    if not shows_something(text):
        raise TemplateEmpty(fields={field: "must not be empty"})
    if len(text) > longest:
        detail = f"Use at most {longest:,} characters."
        raise TemplateTooLong(detail, fields={field: f"has {len(text)} of {longest} characters"})
    if part != "body" and "\n" in text:
        raise SubjectUnsafe(fields={field: "is more than one line"})
    for number, line in enumerate(text.split("\n"), 1):
        unseen = any(unicodedata.category(sign) in _NOT_TEXT for sign in line)
        if unseen or turns_what_follows(line):
            raise TemplateNotPlain(fields={field: f"line {number} has signs that can't be seen"})
        if _TAG.search(line):
            raise TemplateNotPlain(fields={field: f"line {number} has HTML"})


def _check_whatsapp(program: rendering.Program) -> None:
    if program.questions:
        raise WhatsappUnfit(fields={"words.body": "has a condition"})
    if program.bare_ends:
        raise WhatsappUnfit(fields={"words.body": "begins or ends with a variable"})


def _try_out(template: Template) -> None:
    """It makes a message with all that can be filled in, and with what has to be alone."""
    full = sample_of(template.occasion)
    variables = terms_of(template.occasion).variables
    bare = {name: value for name, value in full.items() if not variables[name].optional}
    for given in (full, bare) if template.channel is not Channel.WHATSAPP else (full,):
        try:
            message = rendering.render(template, given)
        except SubjectUnsafe:
            detail = "The subject is empty when what may be missing is."
            raise TemplateEmpty(detail, fields={"words.subject": detail}) from None
        # Below a mail stands who sends it, whatever it says.
        if not shows_something(message.text.partition("-- \n")[0]):
            detail = "Nothing is left when what may be missing is."
            raise TemplateEmpty(detail, fields={"words.body": detail})
        if template.channel is Channel.WHATSAPP and len(message.text) > _LONGEST_FILLED:
            raise TemplateTooLong(fields={"words.body": "is too long for WhatsApp, filled in"})


def _tidied(text: str | None) -> str | None:
    if text is None:
        return None
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines).strip()
