"""Saying a message otherwise than its template does, in one language, for some of its readers."""

from dataclasses import dataclass, replace

from loyalnest.templates import builtin, rules
from loyalnest.templates.values import Channel, Occasion, Template


@dataclass(frozen=True, slots=True)
class Rewording:
    """What is said otherwise; None stays as the template has it."""

    language: str
    subject: str | None = None
    body: str | None = None


def check_rewording(occasion: Occasion, channel: Channel, it: Rewording) -> None:
    """Raises what saving a template of these words does."""
    ours = builtin.words_of(occasion, channel, it.language)
    words = replace(ours, subject=it.subject or ours.subject, body=it.body or ours.body)
    rules.checked(occasion, channel, it.language, words)


def reworded(template: Template, it: Rewording) -> Template:
    """A template in other words, where it is in their language."""
    if template.language != it.language:
        return template
    words = replace(
        template.words,
        subject=it.subject or template.words.subject,
        preheader=None if it.body else template.words.preheader,
        body=it.body or template.words.body,
    )
    return replace(template, words=words)
