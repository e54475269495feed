"""What a template can say: text, `{{ points }}`, `{{ points|number }}`, `{% if code %}`. No more.

Jinja's sandbox reads it, a list of what is allowed judges the tree, and the tree is rebuilt from
scratch: what is filled in becomes a *slot* and what is asked a *question*, both answered before
anything is put together. Nothing that a merchant wrote is ever looked up, called or looped over.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from jinja2 import TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment

from loyalnest.kernel.errors import Invalid
from loyalnest.kernel.languages import FORMS
from loyalnest.templates.errors import (
    FilterUnknown,
    PluralUnfit,
    TemplateForbidden,
    TemplateUnreadable,
    VariableUnknown,
)
from loyalnest.templates.values import Kind, Variable

_SLOTS, _DEEP = 200, 6
_DATES = ("short", "medium", "long", "full")
_WHOLE = frozenset({Kind.POINTS, Kind.STAMPS, Kind.NUMBER})
_reader = SandboxedEnvironment(autoescape=False, keep_trailing_newline=True)
_reader.globals.clear()

Question = Callable[[Mapping[str, object]], bool]


@dataclass(frozen=True, slots=True)
class Slot:
    """Something that is filled in: a variable, and how it is written."""

    variable: str
    kind: Kind
    style: str
    """`points`, `stamps`, `number`, `money`, `date`, `plural`, `bare`, or nothing."""
    arguments: tuple[tuple[str, str], ...] = ()
    """A plural's forms, a date's length, or where a link of the text itself leads."""


@dataclass(slots=True)
class Asked:
    """All that a template wants to know."""

    slots: list[Slot] = field(default_factory=list[Slot])
    questions: list[Question] = field(default_factory=list[Question])

    def slot(self, slot: Slot) -> int:
        """The number of a slot; the same one has the same number."""
        if slot not in self.slots:
            self.slots.append(slot)
        return self.slots.index(slot)


@dataclass(frozen=True, slots=True)
class Put:
    """A slot, by its number."""

    slot: int


@dataclass(frozen=True, slots=True)
class If:
    """From here on, only if the answer to a question is yes."""

    question: int


@dataclass(frozen=True, slots=True)
class Else:
    """From here on, only if it was no."""


@dataclass(frozen=True, slots=True)
class End:
    """From here on, in any case."""


Piece = str | Put | If | Else | End


@dataclass(slots=True)
class _Reading:
    variables: Mapping[str, Variable]
    language: str
    asked: Asked


def read(
    source: str, *, variables: Mapping[str, Variable], language: str, asked: Asked
) -> list[Piece]:
    """A text in pieces; what it wants to know is added to `asked`.

    Raises TemplateUnreadable, TemplateForbidden, VariableUnknown, FilterUnknown, PluralUnfit, with
    the line in their detail.
    """
    try:
        tree = _reader.parse(source)
    except TemplateError as error:
        line = getattr(error, "lineno", None) or 1
        raise TemplateUnreadable(f"Line {line} can't be read: {error.message}") from None
    except RecursionError:
        raise TemplateUnreadable("This is nested too deeply to be read.") from None
    reading = _Reading(variables, language, asked)
    pieces = list(_pieces(reading, tree.body, 0))
    if len(asked.slots) > _SLOTS:
        raise TemplateForbidden(f"Fill in at most {_SLOTS} things.")
    return pieces


def _pieces(it: _Reading, body: list[nodes.Node], depth: int) -> Iterator[Piece]:
    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                if isinstance(part, nodes.TemplateData):
                    yield part.data
                else:
                    yield Put(it.asked.slot(_slot(it, part)))
        elif isinstance(node, nodes.If):
            if depth == _DEEP:
                raise TemplateForbidden(f"Line {node.lineno}: too many conditions in conditions.")
            yield from _condition(it, node, depth)
        else:
            raise _forbidden(node)


def _condition(it: _Reading, node: nodes.If, depth: int) -> Iterator[Piece]:
    it.asked.questions.append(_question(it, node.test, 0))
    yield If(len(it.asked.questions) - 1)
    yield from _pieces(it, node.body, depth + 1)
    # `elif` is an `if` within the `else`.
    rest: list[nodes.Node] = list(node.else_)
    for other in reversed(node.elif_):
        rest = [nodes.If(other.test, other.body, [], rest, lineno=other.lineno)]
    if rest:
        yield Else()
        yield from _pieces(it, rest, depth + 1)
    yield End()


def _question(it: _Reading, node: nodes.Node, depth: int) -> Question:
    if depth == _DEEP:
        raise TemplateForbidden(f"Line {node.lineno}: a question this long is not answered.")
    if isinstance(node, nodes.Name):
        name = _variable(it, node).name
        return lambda given: bool(given.get(name))
    if isinstance(node, nodes.Not):
        asked = _question(it, node.node, depth + 1)
        return lambda given: not asked(given)
    if isinstance(node, nodes.And | nodes.Or):
        left, right = _question(it, node.left, depth + 1), _question(it, node.right, depth + 1)
        if isinstance(node, nodes.And):
            return lambda given: left(given) and right(given)
        return lambda given: left(given) or right(given)
    raise _forbidden(node)


def _slot(it: _Reading, node: nodes.Node) -> Slot:
    if isinstance(node, nodes.Name):
        variable = _variable(it, node)
        style = "" if variable.kind in (Kind.WORDS, Kind.LINK) else str(variable.kind)
        return Slot(variable.name, variable.kind, style)
    if isinstance(node, nodes.Filter) and isinstance(node.node, nodes.Name):
        return _filtered(it, node, _variable(it, node.node))
    raise _forbidden(node)


def _filtered(it: _Reading, node: nodes.Filter, variable: Variable) -> Slot:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise _forbidden(node)
    given = [_constant(each) for each in node.args]
    named = [(str(each.key), _constant(each.value)) for each in node.kwargs]
    name, kind = node.name, variable.kind
    if name == "plural" and kind in _WHOLE and not given:
        _check_plural(named, it.language, node.lineno)
        return Slot(variable.name, kind, "plural", tuple(named))
    if name == "date" and kind is Kind.DATE and not named and len(given) <= 1:
        if given and given[0] not in _DATES:
            raise FilterUnknown(f"Line {node.lineno}: a date is {', '.join(_DATES)}.")
        return Slot(variable.name, kind, "date", tuple(("length", each) for each in given))
    plain = name == "number" and kind in _WHOLE
    if (plain or (name == kind and kind not in (Kind.WORDS, Kind.LINK))) and not given + named:
        return Slot(variable.name, kind, name)
    raise FilterUnknown(f"Line {node.lineno}: `{name}` can't be used on `{variable.name}` so.")


def _check_plural(named: list[tuple[str, str]], language: str, line: int) -> None:
    forms, given = FORMS[language], [form for form, _ in named]
    if "other" not in given or not set(given) <= set(forms) or len(set(given)) < len(given):
        raise PluralUnfit(
            f"Line {line}: write a plural with `other` and, of {', '.join(forms)}, what differs."
        )


def _constant(node: nodes.Node) -> str:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value
    raise _forbidden(node)


def _variable(it: _Reading, node: nodes.Name) -> Variable:
    known = it.variables.get(node.name)
    if known is None:
        there = ", ".join(it.variables)
        raise VariableUnknown(f"Line {node.lineno}: there is no `{node.name}` here, but {there}.")
    return known


def _forbidden(node: nodes.Node) -> Invalid:
    what = type(node).__name__
    # What only stands around others has no line of its own.
    line = node.lineno or next((it.lineno for it in node.iter_child_nodes() if it.lineno), 1)
    return TemplateForbidden(
        f"Line {line}: fill in variables and ask whether they are there, nothing else"
        f" ({what} is not taken)."
    )
