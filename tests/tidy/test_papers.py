"""The papers keep up with the house."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.repository import ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
DECISION = re.compile(r"^\d{4}-[a-z0-9-]+\.md$")
PLACES = ("*.md", "docs/**/*.md", "data/**/*.md", "bench/*.md", "deploy/**/*.md")


def test_every_link_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page, target in _links()
        if not _resolves(page, target)
    ]
    assert broken == []


def test_every_decision_has_a_number_of_its_own() -> None:
    pages = sorted(page.name for page in (ROOT / "docs/decisions").glob("*.md"))
    pages = [page for page in pages if page not in {"README.md", "template.md"}]
    assert [page for page in pages if not DECISION.match(page)] == []
    numbers = [page[:4] for page in pages]
    assert sorted(set(numbers)) == numbers


def _pages() -> Iterator[Path]:
    for place in PLACES:
        yield from sorted(ROOT.glob(place))


def _links() -> Iterator[tuple[Path, str]]:
    for page in _pages():
        for target in LINK.findall(FENCE.sub("", page.read_text())):
            if not target.startswith(("http://", "https://", "mailto:")):
                yield page, target


def _resolves(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path) if path else page
    if not file.exists():
        return False
    return not anchor or anchor in _anchors(file)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", page.read_text(), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }
