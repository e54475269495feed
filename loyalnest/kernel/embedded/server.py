"""Starts the database for whoever needs it, shares it between them, and clears up after crashes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from loyalnest.kernel import processes
from loyalnest.kernel.embedded import cluster, locks
from loyalnest.kernel.embedded.binaries import program
from loyalnest.kernel.embedded.cluster import DATABASE, OWNER_LOGIN, RUNTIME_LOGIN, Profile
from loyalnest.kernel.embedded.errors import DatabaseFailed
from loyalnest.kernel.embedded.layout import SOCKET_NAME, Layout, is_own
from loyalnest.kernel.processes import Process

_KEEPER = Path(__file__).with_name("keeper.py")
_RECOVERY_PATIENCE_S = 600.0
"""After a crash the server replays its log first, at most `max_wal_size` of it."""
_OLD_MEMORY = "pre-existing shared memory block"
_OLD_MEMORY_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """A database that runs for as long as it is attached to."""

    layout: Layout
    profile: Profile

    @classmethod
    def of(cls, data_dir: Path, profile: Profile = Profile.DURABLE) -> "Server":
        """The server of this data folder, running or not."""
        return cls(Layout.of(data_dir), profile)

    @property
    def owner_url(self) -> str:
        """Login of the superuser, for migrations only."""
        return self._url(OWNER_LOGIN)

    @property
    def runtime_url(self) -> str:
        """Login of the running program; owns nothing, bypasses nothing."""
        return self._url(RUNTIME_LOGIN)

    @property
    def keeper(self) -> Process | None:
        """The process that keeps the server; None when the database is down."""
        if locks.is_free(self.layout.keeper_lock):
            return None
        note = self.layout.keeper_lock.read_text()
        return Process.find(int(note)) if note else None

    def revive(self) -> None:
        """Start the server again should it have died; does nothing while it runs.

        Raises:
            DatabaseFailed: it doesn't come up; the end of its log is in the message.
        """
        with locks.held(self.layout.start_lock):
            _ensure_running(self.layout, self.profile)

    def _url(self, login: str) -> str:
        password = cluster.passwords_of(self.layout)[login]
        folder = quote(str(self.layout.socket_folder()), safe="")
        return f"postgresql://{login}:{quote(password, safe='')}@/{DATABASE}?host={folder}"


@contextmanager
def attached(data_dir: Path, profile: Profile = Profile.DURABLE) -> Generator[Server]:
    """Use the database of this data folder; starts it when it is down.

    Any number of processes may be attached at once. The server stops with the last of them,
    before this returns where that is the caller.

    Raises:
        DatabaseUnsupported: there is no embedded server for this machine.
        DatabaseBelongsToAnother: the data folder is another user's.
        DatabaseOfAnotherVersion: the data was written by another version of PostgreSQL.
        DatabaseFailed: it doesn't come up; the end of its log is in the message.
    """
    server = Server.of(data_dir, profile)
    layout = server.layout
    layout.make_folders()
    # Waits for a server that is on its way down: its keeper has the lock alone.
    lease = locks.take(layout.use_lock, shared=True)
    assert lease is not None
    try:
        server.revive()
        yield server
    finally:
        os.close(lease)
        _wait_unless_used(layout)


def _ensure_running(layout: Layout, profile: Profile) -> None:
    # A keeper may be there that is still starting for somebody else, or is on its way out.
    if not _wait_until_ready(layout):
        uid = layout.server_uid()
        clear_up(layout)
        cluster.ensure(layout, uid, profile)
        _start(layout, uid)


def _start(layout: Layout, uid: int) -> None:
    """Start a keeper, again where the memory of a server that was killed isn't free yet."""
    until = time.monotonic() + _OLD_MEMORY_PATIENCE_S
    folder = layout.make_socket_folder(uid)
    _launch_keeper(layout, uid, folder)
    while not _wait_until_ready(layout):
        reason = _last_words(layout)
        if _OLD_MEMORY not in reason or time.monotonic() > until:
            raise DatabaseFailed(f"The embedded database did not start:\n{reason}")
        time.sleep(0.2)
        clear_up(layout)
        _launch_keeper(layout, uid, folder)


def _launch_keeper(layout: Layout, uid: int, socket_folder: Path) -> None:
    keeper = [sys.executable, "-I", "-S", str(_KEEPER), str(layout.root), str(uid)]
    with open(os.open(layout.startup_log, os.O_WRONLY | os.O_CREAT, 0o600), "w") as log:
        log.truncate()
        subprocess.run(  # noqa: S603 - our own program, no shell
            [*keeper, str(program("postgres")), str(socket_folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={
                "PATH": "/usr/bin:/bin",
                "LC_ALL": "C",
                "LOYALNEST_DATA_DIR": str(layout.data_dir),
            },
            start_new_session=True,
            check=False,
        )


def _wait_until_ready(layout: Layout) -> bool:
    """Wait for the server while it has a keeper; False once there is none."""
    until = time.monotonic() + _RECOVERY_PATIENCE_S
    while time.monotonic() < until:
        if _is_ready(layout):
            return True
        if locks.is_free(layout.keeper_lock):
            return False
        time.sleep(0.01)
    raise DatabaseFailed(
        f"The embedded database is not ready after {_RECOVERY_PATIENCE_S:.0f} seconds; see "
        f"{layout.cluster / 'log'}."
    )


def _is_ready(layout: Layout) -> bool:
    if locks.is_free(layout.keeper_lock):
        return False
    note = _postmaster_note(layout)
    # The note of a server that was killed still says ready.
    return len(note) > 7 and note[7].strip() == "ready" and _postmaster(layout) is not None


def _last_words(layout: Layout) -> str:
    logs = [layout.startup_log, *(layout.cluster / "log").glob("*.log")]
    existing = [log for log in logs if log.exists()]
    newest_last = sorted(existing, key=lambda log: log.stat().st_mtime)
    return "".join(log.read_text(errors="replace")[-1000:] for log in newest_last[-2:]).strip()


def _wait_unless_used(layout: Layout) -> None:
    """Wait for the server's end unless somebody else is attached to it."""
    while not locks.is_free(layout.keeper_lock):
        nobody_holds_it = locks.is_free(layout.use_lock)
        if not nobody_holds_it and locks.is_free(layout.use_lock, shared=True):
            return
        time.sleep(0.01)


def clear_up(layout: Layout) -> None:
    """End what a crash left of this cluster's server; only for the holder of the start lock.

    The postmaster is known by its pid file, its owner and its arguments; backends that outlived
    it by their owner and working folder. Nothing is found by its name or number alone.
    """
    if not layout.cluster.exists():
        return
    owner = layout.cluster.stat().st_uid
    if (postmaster := _postmaster(layout)) is not None:
        patience = ((signal.SIGINT, 3.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0))
        processes.end([postmaster], patience)
    left = [process for process in processes.everyone() if _is_backend(process, layout, owner)]
    processes.end(left, ((signal.SIGQUIT, 0.5), (signal.SIGKILL, 5.0)))
    # A note left behind would stop the next server if its number went to somebody else.
    (layout.cluster / "postmaster.pid").unlink(missing_ok=True)
    try:
        folder = layout.socket_folder()
    except FileNotFoundError:
        return
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (folder / name).unlink(missing_ok=True)


def _postmaster(layout: Layout) -> Process | None:
    note = _postmaster_note(layout)
    if not note or not note[0].strip().isdigit():
        return None
    process = Process.find(int(note[0]))
    if process is None or process.owner != layout.cluster.stat().st_uid:
        return None
    arguments = process.arguments
    mine = str(layout.cluster) in arguments[1:3] and arguments[1] == "-D"
    carried = process.variable("LOYALNEST_DATA_DIR")
    return process if mine and carried in (None, str(layout.data_dir)) else None


def _is_backend(process: Process, layout: Layout, owner: int) -> bool:
    if process.owner != owner:
        return False
    folder = process.folder
    if folder is None:
        # A container's root may not look; there the number belongs to the server alone, or to
        # that of a copied folder, which bears another title.
        title = f"postgres: {cluster.title_of(layout.data_dir)}: "
        return is_own(owner) and any(part.startswith(title) for part in process.arguments[:1])
    program = process.program
    return program is not None and program.name == "postgres" and folder == layout.cluster.resolve()


def _postmaster_note(layout: Layout) -> list[str]:
    try:
        return (layout.cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
