"""An installation whose web server and worker are stand-ins that write down how they ended.

stand_in.py up [stubborn]      runs `up` with the two below
stand_in.py up shop            the same with the demo's shop, which is no stand-in
stand_in.py web | worker       uses the database and waits to be stopped

The two are light: they load nothing of the program but what attaches them to the database.
"""

import contextlib
import http.server
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from loyalnest.kernel import embedded, memory


class _Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def _until_stopped(began: Callable[[], None]) -> None:
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    began()
    while not stopped.wait(0.05):
        pass


def supervise(manner: str) -> None:
    """Run `up` as the command line does, with stand-ins for its programs."""
    with memory.undisturbed():
        from loyalnest.entrypoints.cli import up
        from loyalnest.entrypoints.cli.running import settings_here
        from loyalnest.entrypoints.cli.supervision import Program
        from loyalnest.kernel.errors import DomainError

    own = [sys.executable, __file__]
    programs = [Program(name, [*own, name, manner]) for name in ("web", "worker")]
    try:
        up.run(settings_here(), programs, with_shop=manner == "shop")
    except DomainError as error:
        sys.exit(f"{error.code}: {error.detail}")


def main(role: str, manner: str = "") -> None:
    if role == "up":
        supervise(manner)
        return
    data_dir = Path(os.environ["LOYALNEST_DATA_DIR"])
    if manner == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if role == "web":
        address = ("127.0.0.1", int(os.environ["LOYALNEST_PORT"]))
        server = http.server.ThreadingHTTPServer(address, _Ready)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def began() -> None:
        draft = data_dir / f"{role}.pid.new"
        draft.write_text(str(os.getpid()))
        draft.replace(data_dir / f"{role}.pid")

    if manner == "stubborn":
        began()
        time.sleep(600)
    own = "LOYALNEST_DATABASE_URL" in os.environ
    with contextlib.nullcontext() if own else embedded.attached(data_dir):
        _until_stopped(began)
        running = embedded.Server.of(data_dir).keeper is not None
        with (data_dir / "notes").open("a") as file:
            file.write(f"{role} ended while the database is {running}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
