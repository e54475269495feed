"""dashboard-lighthouse: Lighthouse's marks for the home screen, median of five, desktop preset.

The value is the mark for performance; accessibility has to be 100. Lighthouse itself comes from
the npm registry into a folder beside this program; Chromium is the machine's.
"""

import statistics
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from bench import lighthouse
from bench.figure import Figure, Goal, Measured, Run
from bench.history import write_history
from bench.installation import ROOT, installation
from bench.lighthouse import CHROMIUM
from loyalnest import staff
from loyalnest.kernel import clock

_EMAIL, _PASSWORD = "owner@example.com", "correct horse battery"
_MARKS = ("performance", "accessibility")


async def measure(run: Run) -> Measured:
    """Sign in once as the owner of a shop with a history, then let Lighthouse look at its home."""
    if CHROMIUM is None:
        return Measured(0, note="there is no Chromium: apt install chromium", failed=True)
    await lighthouse.run(sys.executable, ROOT / "web" / "build.py")
    await lighthouse.install()
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
            async with lighthouse.browser(profile) as port:
                marks = [
                    await lighthouse.look(
                        address,
                        port,
                        run.folder,
                        device="desktop",
                        categories=_MARKS,
                        keep_signed_in=True,
                    )
                    for _ in range(run.count(5, 1))
                ]
    performance = statistics.median(it["performance"] for it in marks)
    accessibility = min(it["accessibility"] for it in marks)
    each = ", ".join(f"{it['performance']:.0f}" for it in marks)
    note = f"performance {each}; accessibility at least {accessibility:.0f}; signed in, home"
    return Measured(performance, note=note, failed=accessibility < 100)


async def _sign_in(address: str, profile: Path) -> None:
    """Leave a profile whose owner is signed in."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        page = await browser.new_page()
        await page.goto(f"{address}sign-in")
        await page.fill("[name=email]", _EMAIL)
        await page.fill("[name=password]", _PASSWORD)
        await page.keyboard.press("Enter")
        await page.locator("main#main h1").wait_for()
        await page.wait_for_load_state("networkidle")
        await browser.close()


FIGURE = Figure(
    name="dashboard-lighthouse",
    unit="of 100",
    goal=Goal("at least 95, accessibility 100", at_least=95),
    measure=measure,
)
