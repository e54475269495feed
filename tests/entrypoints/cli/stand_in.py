"""An installation whose web server and worker are stand-ins that write down how they ended.

stand_in.py up [stubborn]      runs `up` with the two below
stand_in.py web | worker       uses the database and waits to be stopped
"""

import http.server
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from loyalnest.entrypoints.cli import up
from loyalnest.entrypoints.cli.running import running_database, settings_here
from loyalnest.entrypoints.cli.supervision import Program
from loyalnest.kernel import embedded
from loyalnest.kernel.errors import DomainError


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


def main(role: str, manner: str = "") -> None:
    settings = settings_here()
    if role == "up":
        own = [sys.executable, __file__]
        programs = [Program(name, [*own, name, manner]) for name in ("web", "worker")]
        try:
            up.run(settings, programs)
        except DomainError as error:
            sys.exit(f"{error.code}: {error.detail}")
        return
    if manner == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if role == "web":
        server = http.server.ThreadingHTTPServer((settings.host, settings.port), _Ready)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def began() -> None:
        (settings.data_dir / f"{role}.pid").write_text(str(os.getpid()))

    if manner == "stubborn":
        began()
        time.sleep(600)
    with running_database(settings):
        _until_stopped(began)
        running = embedded.Server.of(settings.data_dir).keeper is not None
        with Path(settings.data_dir / "notes").open("a") as file:
            file.write(f"{role} ended while the database is {running}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
