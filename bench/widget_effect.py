"""widget-effect: what the widget does to a shop's page, on a processor slowed to a quarter.

The value is the longest time, in milliseconds, for which the widget holds the page's main thread
at a stretch: the longest task in which any of its scripts ran, from the loader to the launcher,
the points on the page and a bar that speaks up; in processor time, slowed, for others may be at
work on the machine that measures. The layout must not shift at all.
"""

import asyncio
import json
import os
import shutil
import statistics
import sys
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, async_playwright

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import ROOT, installation, make_api_key
from bench.orders import domain_of

_CHROMIUM = os.environ.get("LOYALNEST_CHROMIUM") or shutil.which("chromium")
_SLOWED = 4
_SETTLED_MS = 3_000
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A mug</title>
<style>body {{ font: 16px sans-serif; margin: 2rem }} [data-loyalnest] {{ min-height: 1.5em }}
.calculator {{ min-height: 6em }}</style>
<script async src="{address}/widget/loader.js" data-shop="{shop}" data-page="product"
 data-language="en" data-consent="denied"></script></head>
<body><h1>A mug</h1><p>12.50</p>
<div data-loyalnest="points" data-price="12.50" data-currency="GBP"></div>
<p>{words}</p>
<div class="calculator" data-loyalnest="calculator"></div>
<p>{words}</p></body></html>"""
_SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""


async def measure(run: Run) -> Measured:
    """A product's page with points, a calculator and a bar, looked at anew each time."""
    if _CHROMIUM is None:
        return Measured(0, note="there is no Chromium: apt install chromium", failed=True)
    building = await asyncio.create_subprocess_exec(sys.executable, ROOT / "web" / "build.py")
    if await building.wait():
        return Measured(0, note="the widget could not be built", failed=True)
    async with installation(run.folder) as place:
        await place.open_merchants(1)
        key = make_api_key(place, "shop-0")
        with place.program("serve"):
            await place.wait_until_ready()
            address = f"http://127.0.0.1:{place.settings.port}"
            await _put_up_a_bar(address, key)
            html = _PAGE.format(address=address, shop=domain_of(0), words="Made by hand. " * 60)
            with _served(html) as shop:
                async with async_playwright() as driver:
                    browser = await driver.chromium.launch(
                        executable_path=_CHROMIUM, args=["--no-sandbox"]
                    )
                    looks = [await _look(browser, shop, run) for _ in range(run.count(9, 2))]
                    await browser.close()
    longest = [max(tasks) for tasks, _ in looks]
    whole = statistics.median(sum(tasks) for tasks, _ in looks)
    shifts = max(shift for _, shift in looks)
    note = f"median of {len(looks)}, worst {max(longest):.0f}; {whole:.0f} in all; layout shift"
    return Measured(statistics.median(longest), note=f"{note} {shifts:g}", failed=shifts > 0)


async def _put_up_a_bar(address: str, key: str) -> None:
    words = {"title": "Join us", "text": "Points for everything", "button": "Join"}
    terms = {"kind": "sticky_bar", "name": "bar", "words": words}
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        made = await client.post(
            "/v1/api/content/nudges",
            json={"terms": terms, "state": "active"},
            headers={"Authorization": f"Bearer {key}"},
        )
        made.raise_for_status()


async def _look(browser: Browser, shop: str, run: Run) -> tuple[Sequence[float], float]:
    """The tasks in which the widget ran, in milliseconds, and how far the layout shifted."""
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWED})  # pyright: ignore[reportUnknownMemberType]
    await page.add_init_script(f"({_SHIFTS})()")
    trace = run.folder / "trace.json"
    await browser.start_tracing(
        page=page, path=trace, categories=["devtools.timeline", "toplevel", "v8"]
    )
    await page.goto(shop)
    await page.locator("loyalnest-widget section.nudge").wait_for()
    await page.wait_for_timeout(_SETTLED_MS / _SLOWED)
    await browser.stop_tracing()
    shifted = await page.evaluate("window.shifted")
    await context.close()
    return list(_tasks_of_the_widget(trace)), shifted


def _tasks_of_the_widget(trace: Path) -> Iterator[float]:
    """How long each task took in which one of the widget's scripts ran."""
    events: list[Mapping[str, Any]] = json.loads(trace.read_text())["traceEvents"]
    ran = [
        (it["pid"], it["tid"], it["ts"])
        for it in events
        if it.get("ph") == "X" and "/widget/" in str(it.get("args", {}).get("data", {}))
        if it["name"] in {"EvaluateScript", "FunctionCall", "v8.compile", "v8.compileModule"}
    ]
    for task in events:
        if task.get("ph") == "X" and task["name"] in {"RunTask", "ThreadControllerImpl::RunTask"}:
            span = range(task["ts"], task["ts"] + task.get("dur", 0) + 1)
            if any((pid, tid) == (task["pid"], task["tid"]) and at in span for pid, tid, at in ran):
                yield task.get("tdur", task["dur"]) / 1000


@contextmanager
def _served(html: str) -> Generator[str]:
    """A shop's page at a port of the loopback."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


FIGURE = Figure(
    name="widget-effect",
    unit="ms",
    goal=Goal("below 20 ms, layout shift 0", below=20),
    measure=measure,
)
