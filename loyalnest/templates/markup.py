"""How a mail is written: paragraphs of plain text, and four signs that mean something.

    # A heading
    **Bold**, a [link]({{ link }}) in a sentence
    [Alone in its paragraph a link is a button](https://shop.example)
    - a list
    `CODE` alone in its paragraph is shown large, to be copied

From one source comes the HTML and the plain text beside it, so that both always say the same, and
nobody can write HTML that breaks, deceives or runs.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from loyalnest.templates.errors import ConditionUneven, LinkUnsafe
from loyalnest.templates.grammar import Asked, Else, End, If, Piece, Put, Slot
from loyalnest.templates.values import Kind

# Signs of the private use area stand for what is not text; `rules` keeps them out of the words.
PUT, IF, ELSE, END, STYLE, OVER = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004", "\ue005"
MARK = re.compile(f"([{PUT}{IF}{ELSE}{END}{STYLE}])(\\w*){OVER}")
_STEP = f"[{IF}{ELSE}{END}]\\d*{OVER}"
_STEPS = re.compile(_STEP)
_BLANK = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")
_INSIDE = f"[^{IF}{ELSE}{END}\n]"
_LINK = re.compile(rf"\[((?:(?!\]\(){_INSIDE})+)\]\(({_INSIDE}*?)\)")
_BOLD = re.compile(rf"\*\*({_INSIDE}+?)\*\*")
_ONE = re.compile(f"{PUT}(\\d+){OVER}")
# Nothing that a browser resolves away, and a host that people can read.
SAFE_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?([/?#][^\s\"'<>\\]*)?")

_PARAGRAPH = "margin:0 0 16px"


def _style(name: str) -> str:
    """A look that the merchant's brand decides."""
    return f"{STYLE}{name}{OVER}"


_BUTTON = (
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="ln-button"'
    f' style="margin:8px 0 24px"><tr><td bgcolor="{_style("colour")}" style="{_style("button")}">'
    f'<a href="@" style="{_style("label")}">@</a></td></tr></table>'
)


def marked(pieces: Sequence[Piece]) -> str:
    """Pieces as one text, with signs for what is not."""
    return "".join(map(_mark, pieces))


def as_html(body: str, asked: Asked) -> str:
    """A body as HTML, still with its signs. Raises ConditionUneven, LinkUnsafe."""
    return "".join(_blocks(body, asked, _html_block))


def as_text(body: str, asked: Asked) -> str:
    """The same without any: each block ends with a blank line."""
    return "".join(_blocks(body, asked, _text_block))


def _mark(piece: Piece) -> str:
    if isinstance(piece, Put):
        return f"{PUT}{piece.slot}{OVER}"
    if isinstance(piece, If):
        return f"{IF}{piece.question}{OVER}"
    if isinstance(piece, Else):
        return f"{ELSE}{OVER}"
    if isinstance(piece, End):
        return f"{END}{OVER}"
    return piece


_Draw = Callable[[str, Asked], str]


def _blocks(body: str, asked: Asked, draw: _Draw) -> Iterator[str]:
    for block in _BLANK.split(body.strip()):
        text = block.strip()
        if not _STEPS.sub("", text).strip():
            yield "".join(_STEPS.findall(text))
        else:
            _check_even(text)
            yield _around(text, asked, draw)


def _around(text: str, asked: Asked, draw: _Draw) -> str:
    """A paragraph that is one condition as a whole is left out as a whole."""
    parts = _branches(text)
    if parts is None:
        return draw(text, asked)
    opening, *inner, closing = parts
    drawn = [
        each if _STEPS.fullmatch(each) else _around(each.strip(), asked, draw)
        for each in inner
        if each.strip()
    ]
    return "".join((opening, *drawn, closing))


def _branches(text: str) -> list[str] | None:
    """The steps and branches of a condition around a whole paragraph."""
    steps = list(_STEPS.finditer(text))
    if not steps or steps[0].start() != 0 or steps[-1].end() != len(text):
        return None
    depth, parts, since = 0, [steps[0][0]], steps[0].end()
    for step in steps:
        depth += (step[0][0] == IF) - (step[0][0] == END)
        if depth == 0 and step is not steps[-1]:
            return None
        if depth == 1 and step[0][0] == ELSE:
            parts += [text[since : step.start()], step[0]]
            since = step.end()
    return [*parts, text[since : steps[-1].start()], steps[-1][0]]


def _check_even(text: str) -> None:
    depth = 0
    for step in _STEPS.findall(text):
        if step[0] == ELSE and depth == 0:
            raise ConditionUneven
        depth += (step[0] == IF) - (step[0] == END)
        if depth < 0:
            raise ConditionUneven
    if depth:
        raise ConditionUneven


def _html_block(text: str, asked: Asked) -> str:
    if button := _LINK.fullmatch(text):
        address = _address(button[2], asked)
        return _BUTTON.replace("@", address, 1).replace("@", html.escape(button[1]), 1)
    if (code := _code(text, asked)) is not None:
        return f'<p class="ln-code" style="{_style("code")}" dir="ltr">{html.escape(code)}</p>'
    if text.startswith("# ") and "\n" not in text:
        return f'<h1 class="ln-ink" style="{_style("heading")}">{_inline(text[2:], asked)}</h1>'
    lines = text.split("\n")
    if all(line.startswith("- ") for line in lines):
        points = "".join(f"<li>{_inline(line[2:], asked)}</li>" for line in lines)
        return f'<ul style="{_PARAGRAPH};padding-inline-start:20px">{points}</ul>'
    inner = "<br>".join(_inline(line, asked) for line in lines)
    return f'<p style="{_PARAGRAPH}">{inner}</p>'


def _inline(line: str, asked: Asked) -> str:
    drawn, since = "", 0
    for link in _LINK.finditer(line):
        address, label = _address(link[2], asked), _bold(link[1])
        drawn += _bold(line[since : link.start()])
        drawn += f'<a href="{address}" class="ln-link" style="{_style("link")}">{label}</a>'
        since = link.end()
    return drawn + _bold(line[since:])


def _bold(text: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", html.escape(text))


def _text_block(text: str, asked: Asked) -> str:
    if (code := _code(text, asked)) is not None:
        text = code
    elif text.startswith("# "):
        text = text[2:]
    return _LINK.sub(lambda link: _plain_link(link, asked), _BOLD.sub(r"\1", text)) + "\n\n"


def _plain_link(link: re.Match[str], asked: Asked) -> str:
    address = _address(link[2], asked)
    return address if link[1] == link[2] else f"{link[1]}: {address}"


def _code(text: str, asked: Asked) -> str | None:
    """What is to be copied, with nothing around it that can't be seen and would be copied too."""
    whole = len(text) > 2 and text[0] == text[-1] == "`" and "\n" not in text
    if not whole or _STEPS.search(text):
        return None
    return _ONE.sub(lambda put: _mark(Put(_bare(int(put[1]), asked))), text[1:-1])


def _bare(number: int, asked: Asked) -> int:
    slot = asked.slots[number]
    return asked.slot(replace(slot, style="bare")) if slot.kind is Kind.WORDS else number


def _address(target: str, asked: Asked) -> str:
    """The slot that a link leads to: a link of the occasion's, or one of the text's own."""
    if put := _ONE.fullmatch(target):
        if asked.slots[int(put[1])].kind is not Kind.LINK:
            raise LinkUnsafe
        return target
    if MARK.search(target) or not SAFE_ADDRESS.fullmatch(target):
        raise LinkUnsafe
    return _mark(Put(asked.slot(Slot("", Kind.LINK, "", (("address", target),)))))
