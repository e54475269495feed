"""`loyalnest replay` as it is typed: what is sent, and what it says of it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from loyalnest.entrypoints.cli import app
from loyalnest.entrypoints.cli.replay import was_delivered

LOG = """\
{"order":"1","at":"2011-08-01T08:30:00","customer":"7","country":"United Kingdom",\
"lines":[["A","Bunting",3,"1.50"]]}
{"refund":"C3","of":"1","at":"2011-08-02T10:00:00","lines":[[0,1]]}
"""


class Door:
    """An installation that takes every delivery."""

    def __init__(self, data_dir: Path):
        self.taken: list[str] = []
        taken = self.taken

        class Takes(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                taken.append(self.headers["X-Shopify-Topic"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
        self.data_dir = data_dir
        self.log = data_dir / "orders.jsonl"
        self.log.write_text(LOG)

    @property
    def port(self) -> int:
        return self.server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def replay(self, *options: str) -> Result:
        environment = {
            "LOYALNEST_DATA_DIR": str(self.data_dir),
            "LOYALNEST_PORT": str(self.port),
            "FORCE_COLOR": None,  # which would make a terminal of anything
        }
        arguments = ["replay", str(self.log), "--url", self.url, "--secret", "hush", *options]
        return CliRunner(env=environment).invoke(app, arguments)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    door = Door(tmp_path)
    threading.Thread(target=door.server.serve_forever, daemon=True).start()
    yield door
    door.server.shutdown()
    door.server.server_close()


def test_without_a_terminal_progress_is_plain_lines(door: Door) -> None:
    told = door.replay()
    assert told.exit_code == 0, told.output
    assert sorted(door.taken) == ["orders/create", "orders/paid", "refunds/create"]
    assert "Orders on their way: 3 of 3 deliveries\n" in told.stderr
    assert "\x1b" not in told.output


def test_a_replay_that_came_to_its_end_is_sent_again_only_when_asked(door: Door) -> None:
    door.replay()
    assert "delivered before" in door.replay().stdout
    assert len(door.taken) == 3
    door.replay("--start-over")
    assert len(door.taken) == 6
    door.replay("--duplicates", "1")
    assert len(door.taken) == 12


def test_what_was_delivered_is_known_also_on_another_port(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOYALNEST_DATA_DIR", str(door.data_dir))
    monkeypatch.setenv("LOYALNEST_PORT", "8001")
    moved = "http://127.0.0.1:8001"
    assert not was_delivered(door.log, moved, "demo.myshopify.com")
    door.replay()
    assert was_delivered(door.log, moved, "demo.myshopify.com")
    assert not was_delivered(door.log, moved, "another.myshopify.com")
