"""dashboard-lighthouse: Lighthouse's marks for the home screen, median of five, desktop preset.

The value is the mark for performance; accessibility has to be 100. Lighthouse itself comes from
the npm registry into a folder beside this program; Chromium is the machine's.
"""

import asyncio
import json
import os
import shutil
import statistics
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from bench.figure import Figure, Goal, Measured, Run
from bench.history import write_history
from bench.installation import ROOT, free_port, installation, wait_for_port
from loyalnest import staff
from loyalnest.kernel import clock

_LIGHTHOUSE = "lighthouse@12.8.2"
_EMAIL, _PASSWORD = "owner@example.com", "correct horse battery"
_TOOLS = ROOT / "bench" / ".lighthouse"
_CHROMIUM = os.environ.get("LOYALNEST_CHROMIUM") or shutil.which("chromium")
_BROWSER = ("--headless=new", "--no-sandbox", "--password-store=basic", "--use-mock-keychain")


async def measure(run: Run) -> Measured:
    """Sign in once as the owner of a shop with a history, then let Lighthouse look at its home."""
    if _CHROMIUM is None:
        return Measured(0, note="there is no Chromium: apt install chromium", failed=True)
    await _run(sys.executable, ROOT / "web" / "build.py")
    await _run("npm", "install", "--silent", "--prefix", _TOOLS, _LIGHTHOUSE)
    async with installation(run.folder) as place:
        (store,) = await place.open_merchants(1)
        async with place.database.tenant(store.merchant_id) as session:
            await staff.create_member(
                session,
                email=_EMAIL,
                role=staff.Role.OWNER,
                password=_PASSWORD,
                now=clock.now(),
            )
        await write_history(place, store, [], run.count(5_000, 500))
        with place.program("serve"):
            await place.wait_until_ready()
            address = f"http://127.0.0.1:{place.settings.port}/dashboard/"
            profile = run.folder / "profile"
            await _sign_in(address, profile)
            async with _browser(profile) as port:
                marks = [await _look(address, port, run) for _ in range(run.count(5, 1))]
    performance = statistics.median(mark for mark, _ in marks)
    accessibility = min(mark for _, mark in marks)
    each = ", ".join(f"{mark:.0f}" for mark, _ in marks)
    note = f"performance {each}; accessibility at least {accessibility:.0f}; signed in, home"
    return Measured(performance, note=note, failed=accessibility < 100)


async def _sign_in(address: str, profile: Path) -> None:
    """Leave a profile whose owner is signed in."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch_persistent_context(
            profile, executable_path=_CHROMIUM, args=["--no-sandbox"]
        )
        page = await browser.new_page()
        await page.goto(f"{address}sign-in")
        await page.fill("[name=email]", _EMAIL)
        await page.fill("[name=password]", _PASSWORD)
        await page.keyboard.press("Enter")
        await page.locator("main#main h1").wait_for()
        await page.wait_for_load_state("networkidle")
        await browser.close()


@asynccontextmanager
async def _browser(profile: Path) -> AsyncGenerator[int]:
    """A browser of that profile, which does as it is told at a port."""
    port = free_port()
    assert _CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        _CHROMIUM,
        *_BROWSER,
        f"--user-data-dir={profile}",
        f"--remote-debugging-port={port}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await asyncio.to_thread(wait_for_port, port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _look(address: str, port: int, run: Run) -> tuple[float, float]:
    """Lighthouse's marks for performance and accessibility, of a hundred."""
    report = run.folder / "report.json"
    await _run(
        _TOOLS / "node_modules" / ".bin" / "lighthouse",
        address,
        "--quiet",
        "--preset=desktop",
        f"--port={port}",
        "--disable-storage-reset",
        "--only-categories=performance,accessibility",
        "--output=json",
        f"--output-path={report}",
    )
    told: dict[str, Any] = json.loads(report.read_text())
    if told["finalDisplayedUrl"] != address:
        raise RuntimeError(f"Lighthouse was led to {told['finalDisplayedUrl']}")
    marks = told["categories"]
    return marks["performance"]["score"] * 100, marks["accessibility"]["score"] * 100


async def _run(*command: str | Path) -> None:
    process = await asyncio.create_subprocess_exec(*command, stdout=sys.stderr)
    if await process.wait():
        raise RuntimeError(f"{command[0]} failed")


FIGURE = Figure(
    name="dashboard-lighthouse",
    unit="of 100",
    goal=Goal("at least 95, accessibility 100", at_least=95),
    measure=measure,
)
