"""Whether a page is within everybody's reach, as far as a program can tell."""

from pathlib import Path
from typing import Any

from playwright.async_api import Frame, Page, ViewportSize

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 320, "height": 640}
AXE = Path("node_modules", "axe-core", "axe.min.js")


# What axe calls minor or moderate nobody here asks about, so it need not be looked for; and where
# there is nothing to mend it need not say where.
_RUN = """
() => axe.run({
    resultTypes: ["violations"],
    rules: Object.fromEntries(
        axe._audit.rules
            .filter(rule => rule.impact === "minor" || rule.impact === "moderate")
            .map(rule => [rule.id, { enabled: false }]),
    ),
})
"""


async def faults(page: Page | Frame, built: Path) -> list[dict[str, Any]]:
    """What axe finds that keeps people out."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate((built / AXE).read_text())
    found: dict[str, Any] = await page.evaluate(_RUN)
    return [
        {"id": fault["id"], "nodes": [node["html"][:200] for node in fault["nodes"][:3]]}
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
