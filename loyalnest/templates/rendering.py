"""Words and what is filled in become a message; pure, and compiled once.

What a template compiles to is kept by its words, the latest thousand of them: a new version has
other words, and an old one that is restored finds its place again.
"""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import cast

import jinja2
from jinja2 import nodes
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from loyalnest.kernel.errors import Invalid
from loyalnest.templates import builtin, formatting, grammar, looks, markup
from loyalnest.templates.errors import SubjectUnsafe, VariableMissing
from loyalnest.templates.filling import Filled, fill
from loyalnest.templates.grammar import Asked, Question, Slot
from loyalnest.templates.occasions import terms_of
from loyalnest.templates.segments import economical, segments_of
from loyalnest.templates.values import (
    Approval,
    Approved,
    Channel,
    Kind,
    Links,
    Occasion,
    Rendered,
    Template,
    Value,
    Voice,
    Words,
)

_KEPT = 1_024
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LINES = re.compile(r"\n{3,}")
_META = {"zh-CN": "zh_CN", "pt": "pt_BR"}

_plain = SandboxedEnvironment(autoescape=False, undefined=jinja2.StrictUndefined)
_markup = SandboxedEnvironment(autoescape=True, undefined=jinja2.StrictUndefined)
for each in (_plain, _markup):
    each.globals.clear()


@dataclass(frozen=True, slots=True)
class Program:
    """A template, compiled."""

    slots: tuple[Slot, ...]
    questions: tuple[Question, ...]
    text: jinja2.Template
    parameters: tuple[int, ...]
    """Which slots stand in the text, in order: what a WhatsApp template is sent with."""
    subject: jinja2.Template | None = None
    preheader: jinja2.Template | None = None
    html: jinja2.Template | None = None
    bare_ends: bool = False
    """Whether the text begins or ends with something filled in."""


@lru_cache(_KEPT)
def program_of(occasion: Occasion, channel: Channel, language: str, words: Words) -> Program:
    """Compile words. Raises what `grammar.read`, `markup.as_html` and `markup.as_text` do."""
    asked, variables = Asked(), terms_of(occasion).variables

    def read(part: str, source: str) -> str:
        with _named(part):
            pieces = grammar.read(source, variables=variables, language=language, asked=asked)
            return markup.marked(pieces)

    body = read("body", words.body)
    if channel is not Channel.EMAIL:
        puts = [int(mark[2]) for mark in markup.MARK.finditer(body) if mark[1] == markup.PUT]
        text = _built(_plain, body)
        slots, questions = tuple(asked.slots), tuple(asked.questions)
        ends = body.startswith(markup.PUT) or body.endswith(markup.OVER)
        return Program(slots, questions, text, tuple(dict.fromkeys(puts)), bare_ends=ends)
    subject = _built(_plain, read("subject", words.subject or ""))
    preheader = _built(_plain, read("preheader", words.preheader)) if words.preheader else None
    with _named("body"):
        html = _built(_markup, markup.as_html(body, asked))
        text = _built(_plain, markup.as_text(body, asked))
    slots, questions = tuple(asked.slots), tuple(asked.questions)
    return Program(slots, questions, text, (), subject, preheader, html)


@contextmanager
def _named(part: str) -> Generator[None]:
    """Whatever is wrong in here is wrong in this part of the words."""
    try:
        yield
    except Invalid as error:
        error.fields.setdefault(f"words.{part}", error.detail)
        raise


def submitted(template: Template) -> str:
    """A WhatsApp template's text as it is handed in for approval: {{1}}, {{2}} …"""
    program = _program(template)
    places = {f"s{slot}": f"{{{{{n}}}}}" for n, slot in enumerate(program.parameters, 1)}
    return program.text.render(places)


def render(
    template: Template, variables: Mapping[str, Value], *, links: Links | None = None
) -> Rendered:
    """A message out of a template and what is filled in.

    Raises VariableMissing, VariableUnfit, SubjectUnsafe.
    """
    links = links or Links()
    program, voice = _program(template), template.voice
    filled = fill(template.occasion, {**variables, "program": voice.program})
    context: dict[str, object] = {
        f"s{number}": _written(slot, filled, template, links)
        for number, slot in enumerate(program.slots)
    }
    for number, question in enumerate(program.questions):
        context[f"q{number}"] = question(filled)
    if template.channel is Channel.EMAIL:
        return _mail(template, program, context, links)
    text = program.text.render(context).strip()
    if template.channel is Channel.SMS:
        text = economical(text)
        return _rendered(template, text, segments=segments_of(text))
    return _rendered(template, text, whatsapp=_approved(template, program, context))


def _program(template: Template) -> Program:
    return program_of(template.occasion, template.channel, template.language, template.words)


def _mail(
    template: Template, program: Program, context: dict[str, object], links: Links
) -> Rendered:
    assert program.subject is not None
    assert program.html is not None
    voice, shared = template.voice, builtin.shared_in(template.language)
    context |= looks.look_of(voice)
    subject = program.subject.render(context).strip()
    if not subject or _CONTROLS.search(subject):
        raise SubjectUnsafe
    text = _LINES.sub("\n\n", program.text.render(context)).strip()
    why = shared["why"].replace(
        "{{ program }}", formatting.isolated(voice.program, template.language)
    )
    body = Markup(program.html.render(context))  # noqa: S704 - autoescaped, from our own markup
    preheader = program.preheader.render(context) if program.preheader else _beginning(text)
    html = looks.layout(_markup).render(
        context,
        language=template.language,
        subject=subject,
        preheader=preheader,
        body=body,
        why=why,
        unsubscribe=links.unsubscribe,
        unsubscribe_label=shared["unsubscribe"],
        preferences=links.preferences,
        preferences_label=shared["preferences"],
        **looks.sides_of(template.language),
    )
    below = [why]
    if links.unsubscribe:
        below.append(f"{shared['unsubscribe']}: {links.unsubscribe}")
    if links.preferences:
        below.append(f"{shared['preferences']}: {links.preferences}")
    text = "\n".join((text, "", "-- ", *below, ""))
    return _rendered(template, text, subject=subject, html=html)


def _rendered(template: Template, text: str, **more: object) -> Rendered:
    common = (template.channel, template.language, template.version, text)
    return Rendered(*common, **more)  # pyright: ignore[reportArgumentType]


def _approved(template: Template, program: Program, context: Mapping[str, object]) -> Approved:
    variables = tuple(str(context[f"s{slot}"]) for slot in program.parameters)
    for slot, value in zip(program.parameters, variables, strict=True):
        if not value:
            missing = program.slots[slot].variable
            raise VariableMissing(
                f"WhatsApp needs `{missing}`: nothing in its templates can be left out.",
                fields={f"variables.{missing}": "is missing"},
            )
    language = _META.get(template.language, template.language)
    name = template.words.name or f"loyalnest_{template.occasion}"
    return Approved(name, language, variables, template.approval or Approval.UNSUBMITTED)


def _written(slot: Slot, filled: Mapping[str, Filled], template: Template, links: Links) -> str:
    """What stands in a slot; nothing for what wasn't given."""
    if slot.kind is Kind.LINK:
        address = slot.arguments[0][1] if slot.arguments else filled.get(slot.variable)
        if address is None:
            return ""
        return links.follow(str(address)) if links.follow else str(address)
    value = filled.get(slot.variable)
    if value is None:
        return ""
    language, style = template.language, slot.style
    if isinstance(value, str):
        return value if style == "bare" else formatting.isolated(value, language)
    if isinstance(value, tuple):
        return formatting.money(*value, language)
    if isinstance(value, date):
        return formatting.day(value, slot.arguments[0][1] if slot.arguments else "long", language)
    if style == "plural":
        return formatting.counted(value, dict(slot.arguments), language, "#")
    if style == "points":
        if own := _unit(template.voice, language):
            return formatting.called(value, own, language)
        return formatting.counted(value, builtin.points_in(language), language)
    if style == "stamps":
        return formatting.counted(value, builtin.stamps_in(language), language)
    return formatting.number(value, language)


def _unit(voice: Voice, language: str) -> tuple[str, str] | None:
    """What the merchant calls its points, in the language or by an English name of its own."""
    named = voice.units.get(language) or voice.units.get("en")
    return named if named and named[1] != "points" else None


def _built(environment: SandboxedEnvironment, text: str) -> jinja2.Template:
    """A template of nothing but text, names of ours, and conditions on names of ours.

    The tree is put together here; what a merchant wrote is in it as data and never read again.
    """
    root: list[nodes.Node] = []
    body, above, since = root, list[tuple[nodes.If, list[nodes.Node]]](), 0
    for mark in markup.MARK.finditer(text):
        if mark.start() > since:
            body.append(nodes.Output([nodes.TemplateData(text[since : mark.start()])]))
        since, step, what = mark.end(), mark[1], mark[2]
        if step == markup.PUT or step == markup.STYLE:
            name = f"s{what}" if step == markup.PUT else f"b_{what}"
            body.append(nodes.Output([nodes.Name(name, "load")]))
        elif step == markup.IF:
            asked = nodes.If(nodes.Name(f"q{what}", "load"), [], [], [])
            body.append(asked)
            above.append((asked, body))
            body = asked.body
        elif step == markup.ELSE:
            body = above[-1][0].else_
        else:
            body = above.pop()[1]
    if since < len(text):
        body.append(nodes.Output([nodes.TemplateData(text[since:])]))
    tree = nodes.Template(root).set_lineno(1).set_environment(environment)
    return environment.from_string(cast("nodes.Template", tree))


def _beginning(text: str) -> str:
    """How a mail begins, behind its heading and its greeting."""
    blocks = text.split("\n\n", 3)
    return blocks[min(2, len(blocks) - 1)][:140]
