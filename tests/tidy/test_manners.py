"""What a reviewer would otherwise have to say twice."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.repository import ROOT, name_of, packages, python_files, tree_of

MEANINGLESS = {"utils", "util", "common", "helpers", "helper", "core", "shared", "misc"}
SAYS_NOTHING = ("Manager", "Service", "Repository", "Helper", "Util", "Utils")
UNFINISHED = re.compile("|".join(rf"\b{word}\b" for word in ("TO" + "DO", "FIX" + "ME")))
CLOCK = ROOT / "loyalnest/kernel/clock.py"
LOOKS_AT_THE_CLOCK = {"now", "utcnow", "today"}


def test_no_folder_or_file_has_a_name_that_says_nothing() -> None:
    names = [(name_of(path), part) for path in python_files() for part in _parts(path)]
    assert [where for where, part in names if part in MEANINGLESS] == []


def test_no_class_has_a_name_that_says_nothing() -> None:
    classes = [
        f"{name_of(path)}:{node.name}"
        for path in python_files("loyalnest")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and node.name.endswith(SAYS_NOTHING)
    ]
    assert classes == []


def test_the_clock_is_looked_at_in_one_place() -> None:
    elsewhere = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("loyalnest")
        if path != CLOCK
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and _looks_at_the_clock(node)
    ]
    assert elsewhere == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    marks = [
        f"{name_of(path)}:{number}"
        for path in python_files()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert marks == []


def test_every_package_says_what_it_is_for() -> None:
    silent = [
        name
        for name in packages()
        if not ast.get_docstring(tree_of(ROOT / "loyalnest" / name / "__init__.py"))
    ]
    assert silent == []


def test_every_public_function_and_class_has_a_docstring() -> None:
    silent = [
        f"{name_of(path)}:{node.name}"
        for path in python_files("loyalnest")
        if path.name != "models.py"  # tables, which the module's service speaks for
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and node.name != "main"
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_a_module_is_entered_by_its_front_door() -> None:
    assert list(_side_entrances()) == []


def _parts(path: Path) -> tuple[str, ...]:
    return (*path.relative_to(ROOT).parts[:-1], path.stem)


def _looks_at_the_clock(node: ast.Call) -> bool:
    return (
        isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (
            (node.func.value.id in {"datetime", "date"} and node.func.attr in LOOKS_AT_THE_CLOCK)
            or (node.func.value.id, node.func.attr) == ("time", "time")
        )
    )


def _side_entrances() -> Iterator[str]:
    """Imports of a file of another module. The kernel's files are its front door."""
    doors = set(packages()) - {"kernel", "entrypoints"}
    for path in python_files("loyalnest"):
        own = path.relative_to(ROOT).parts[1]
        for node in ast.walk(tree_of(path)):
            for imported in _imports_of(node):
                parts = imported.split(".")
                if parts[0] == "loyalnest" and len(parts) > 2 and parts[1] in doors - {own}:
                    # A vendor's package is a module of its own below integrations.
                    if parts[1] == "integrations" and len(parts) == 3:
                        continue
                    # Not at the front door, for those who answer nobody: docs/decisions/0034.
                    if own == "entrypoints" and parts[-1].endswith("routes"):
                        continue
                    yield f"{name_of(path)}:{getattr(node, 'lineno', 0)} {imported}"


def _imports_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []
