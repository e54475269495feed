"""Files stay short enough to be read, functions short enough to be seen at once."""

import ast
from collections.abc import Iterator

from tests.tidy.repository import name_of, python_files, tree_of

FILE_LINES = 400
FUNCTION_LINES = 50

# What is longer than it should be, with its length. Entries leave this list or get smaller; no
# entry is added, and none grows.
LONGER: dict[str, int] = {}


def test_no_file_and_no_function_is_longer_than_it_should_be() -> None:
    too_long = {what: lines for what, lines in _lengths() if lines > LONGER.get(what, 0)}
    assert too_long == {}


def test_the_list_of_exceptions_holds_only_what_is_still_too_long() -> None:
    assert dict(_lengths()) == LONGER


def _lengths() -> Iterator[tuple[str, int]]:
    """What is over its limit, and by its length."""
    for path in python_files():
        lines = len(path.read_text().splitlines())
        if lines > FILE_LINES:
            yield name_of(path), lines
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = _length_of(node)
                if length > FUNCTION_LINES:
                    yield f"{name_of(path)}:{node.name}", length


def _length_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length
