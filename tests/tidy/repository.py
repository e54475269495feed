"""The repository as something to be read: its files, and what is written in them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("loyalnest", "tests", "bench", "catcher", "demo_shop", "data", "docs")


def python_files(*folders: str) -> Iterator[Path]:
    """Every Python file below some of the repository's folders."""
    for folder in folders or CODE:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """A file as people call it."""
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(), filename=str(path))


def packages() -> list[str]:
    """The modules of the product: the folders right below `loyalnest`."""
    return sorted(path.parent.name for path in (ROOT / "loyalnest").glob("*/__init__.py"))
