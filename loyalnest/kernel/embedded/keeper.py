"""The keeper: runs one server for as long as somebody uses it.

    keeper.py ROOT UID POSTGRES SOCKET_FOLDER

A script of its own on the standard library alone. Whoever uses the database holds `use.lock`
shared; the keeper waits to have it alone. The kernel frees a lock with its holder, so that the
server ends with its last user, even one ended by kill -9, and stays for the others. Should the
keeper itself be killed, the kernel tells the server to shut down (see launch.py). Should the
server be killed, its orphans become the keeper's children, and end with it.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
"""Fast shutdown, then one that needs recovery at the next start, then the end; seconds for each."""
_ORPHANS_PATIENCE_S = 1.0


def _lock(path: Path, mode: int) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, mode)
    return handle


def _serve(root: Path, uid: str, postgres: str, socket_folder: str) -> int:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    launch = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
    launch += [str(os.getpid()), "SIGINT", uid, "--"]
    command = [*launch, postgres, "-D", str(root / "data"), "-k", socket_folder]
    server = subprocess.Popen(command, cwd=root / "data")  # noqa: S603 - our own program, no shell

    def stop() -> None:
        for number, patience_s in _PATIENCE:
            server.send_signal(number)
            try:
                server.wait(patience_s)
            except subprocess.TimeoutExpired:
                continue
            return

    unused = threading.Event()

    def stop_when_unused() -> None:
        _lock(root / "use.lock", fcntl.LOCK_EX)
        unused.set()
        stop()

    def stop_when_told(_number: int, _frame: FrameType | None) -> None:
        server.send_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, stop_when_told)
    threading.Thread(target=stop_when_unused, daemon=True).start()
    status = server.wait()
    _end_orphans()
    if unused.is_set() and Path(socket_folder).parent != root:
        # It lies in the machine's folder for temporary things: leave nothing there.
        shutil.rmtree(socket_folder, ignore_errors=True)
    return status


def _end_orphans() -> None:
    """End what the server left; its log writer is given a moment for the last lines."""
    until = time.monotonic() + _ORPHANS_PATIENCE_S
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if ended:
            continue
        if time.monotonic() > until:
            for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.01)


def main(arguments: list[str]) -> None:
    """Keep the database up for whoever uses it, and end with the last of them."""
    root = Path(arguments[0])
    # Taken before the fork, so that whoever started us sees it taken for as long as we live.
    handle = _lock(root / "keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
    if os.fork():
        os._exit(0)
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    sys.exit(1 if _serve(root, *arguments[1:]) else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
