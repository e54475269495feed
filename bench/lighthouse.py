"""Lighthouse, by which measured pages are looked at: from the npm registry, with Chromium."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from bench.installation import ROOT, free_port, wait_for_port

CHROMIUM = os.environ.get("LOYALNEST_CHROMIUM") or shutil.which("chromium")
_LIGHTHOUSE = "lighthouse@12.8.2"
_TOOLS = ROOT / "bench" / ".lighthouse"
_BROWSER = ("--headless=new", "--no-sandbox", "--password-store=basic", "--use-mock-keychain")


async def install() -> None:
    """Fetch Lighthouse into a folder beside this program."""
    await run("npm", "install", "--silent", "--prefix", _TOOLS, _LIGHTHOUSE)


@asynccontextmanager
async def browser(profile: Path) -> AsyncGenerator[int]:
    """A browser of that profile, which does as it is told at a port."""
    port = free_port()
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
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


async def look(
    address: str,
    port: int,
    folder: Path,
    *,
    device: Literal["mobile", "desktop"],
    categories: Sequence[str],
    keep_signed_in: bool = False,
) -> Mapping[str, float]:
    """Lighthouse's marks by category, of a hundred."""
    report = folder / "report.json"
    await run(
        _TOOLS / "node_modules" / ".bin" / "lighthouse",
        address,
        "--quiet",
        *(["--preset=desktop"] if device == "desktop" else []),
        f"--port={port}",
        *(["--disable-storage-reset"] if keep_signed_in else []),
        f"--only-categories={','.join(categories)}",
        "--output=json",
        f"--output-path={report}",
    )
    told: dict[str, Any] = json.loads(report.read_text())
    if told["finalDisplayedUrl"] != address:
        raise RuntimeError(f"Lighthouse was led to {told['finalDisplayedUrl']}")
    return {each: told["categories"][each]["score"] * 100 for each in categories}


async def run(*command: str | Path) -> None:
    """A program that has to succeed."""
    process = await asyncio.create_subprocess_exec(*command, stdout=sys.stderr)
    if await process.wait():
        raise RuntimeError(f"{command[0]} failed")
