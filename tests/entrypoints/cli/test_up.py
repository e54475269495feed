"""How the processes of an installation live and die together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from loyalnest.entrypoints.cli.shop import port_for
from loyalnest.kernel import processes
from loyalnest.kernel.embedded import Profile, Server, attached
from loyalnest.kernel.processes import Process
from loyalnest.kernel.settings import Settings
from tests.kernel.embedded.conftest import ask, kill, of_installation, postmaster_of

SECONDS = 180.0
"""The end of all patience, for a machine that is busy; nothing here waits for time to pass."""
_STAND_IN = Path(__file__).with_name("stand_in.py")
# One for all looks: whoever waits looks often, and to make one takes longer than to look.
_LOOKING = httpx.Client(trust_env=False, timeout=1)


class Installation:
    """A data folder, an address, and the `up` that runs on them."""

    def __init__(self, data_dir: Path):
        self.data_dir = data_dir
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.up: subprocess.Popen[str] | None = None

    def start(self, manner: str = "", **settings: str) -> subprocess.Popen[str]:
        self.up = self.call_up(manner, **settings)
        return self.up

    def call_up(self, manner: str = "", **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(_STAND_IN), "up", manner],
            env={
                **os.environ,
                "PYTHONPATH": os.getcwd(),
                "LOYALNEST_DATA_DIR": str(self.data_dir),
                "LOYALNEST_PORT": str(self.port),
                **settings,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            assert self.up is not None
            assert self.up.poll() is None, self.up.communicate()[0]
            return self.shows(self.address)

        wait_until(ready)
        wait_until(lambda: len(self.children()) == 2)

    def children(self) -> list[Process]:
        """Web and worker, as far as they have begun."""
        notes = [self.data_dir / f"{name}.pid" for name in ("web", "worker")]
        pids = [int(note.read_text()) for note in notes if note.exists()]
        return [process for pid in pids if (process := Process.find(pid)) is not None]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        assert self.up is not None
        self.up.send_signal(number)
        output, _ = self.up.communicate(timeout=SECONDS)
        return self.up.returncode, output

    @property
    def server(self) -> Server:
        return Server.of(self.data_dir)

    def shows(self, address: str) -> bool:
        """Whether a page is there."""
        try:
            return _LOOKING.get(address).status_code == 200
        except httpx.HTTPError:
            return False


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of an installation that was up before, and was stopped."""
    with ended(Installation(tmp_path_factory.mktemp("up") / "begun")) as first:
        first.start()
        first.wait_until_ready()
        first.stop()
        for trace in (first.data_dir / "notes", *first.data_dir.glob("*.pid")):
            trace.unlink()
        yield first.data_dir


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Callable[[str], Installation]]:
    """Make an installation that was never started."""
    with ExitStack() as made:
        yield lambda name: made.enter_context(ended(Installation(tmp_path / name)))


@contextmanager
def ended(installation: Installation) -> Generator[Installation]:
    """Leave nothing of an installation running."""
    try:
        yield installation
    finally:
        if installation.up is not None:
            with installation.up:
                installation.up.kill()
        kill(*of_installation(installation.data_dir))


@pytest.fixture
def shop(install: Callable[[str], Installation], begun: Path) -> Installation:
    """An installation that was up before, so that its next start is quick."""
    return _again(begun, install("shop"))


def _again(begun: Path, shop: Installation) -> Installation:
    subprocess.run(["/bin/cp", "-a", begun, shop.data_dir], check=True)
    (shop.data_dir / "postgres" / "socket-folder").unlink(missing_ok=True)
    return shop


@pytest.fixture(scope="module")
def running(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that is up, for tests that leave it as they found it."""
    folder = tmp_path_factory.mktemp("running") / "shop"
    with ended(_again(begun, Installation(folder))) as running:
        running.start()
        running.wait_until_ready()
        yield running


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_web_and_worker_first_and_then_the_database(
    shop: Installation, number: signal.Signals
) -> None:
    shop.start()
    shop.wait_until_ready()
    status, output = shop.stop(number)
    assert status == 0, output
    notes = (shop.data_dir / "notes").read_text().splitlines()
    assert sorted(note.split()[0] for note in notes) == ["web", "worker"]
    assert all(note.endswith("ended while the database is True") for note in notes)
    assert of_installation(shop.data_dir) == []


def test_a_signal_before_it_is_up_leaves_nothing_behind(
    install: Callable[[str], Installation],
) -> None:
    shop = install("shop")
    root = shop.data_dir / "postgres"
    steps: list[Callable[[], bool]] = [
        (shop.data_dir / "up.lock").exists,
        lambda: any(root.glob("*/PG_VERSION")),
        lambda: (root / "data" / "postmaster.pid").exists(),
        (shop.data_dir / "keys.json").exists,
    ]
    for has_come_to in steps:
        shop.start()
        wait_until(has_come_to)
        shop.stop()
        wait_until(lambda: of_installation(shop.data_dir) == [])
    shop.start()
    shop.wait_until_ready()


def test_with_a_database_of_ones_own_no_other_is_started(
    install: Callable[[str], Installation], tmp_path: Path
) -> None:
    shop = install("shop")
    with attached(tmp_path / "elsewhere", Profile.FOR_TESTS) as server:
        shop.start(LOYALNEST_DATABASE_URL=server.owner_url)
        shop.wait_until_ready()
        assert not (shop.data_dir / "postgres").exists()
        assert ask(server.owner_url, "SELECT to_regclass('merchants')::text") == "merchants"
        status, output = shop.stop()
        assert status == 0, output
        assert ask(server.owner_url, "SELECT 1") == "1"


def test_two_installations_run_side_by_side(
    install: Callable[[str], Installation], shop: Installation
) -> None:
    cafe, barber = install("cafe"), shop
    cafe.start()
    barber.start()
    cafe.wait_until_ready()
    barber.wait_until_ready()
    cafe.stop()
    assert ask(barber.server.runtime_url, "SELECT 1") == "1"


def test_a_second_up_says_that_one_runs_already(running: Installation) -> None:
    second = running.call_up()
    output, _ = second.communicate(timeout=SECONDS)
    assert second.returncode == 1
    assert "ALREADY_RUNNING" in output
    assert running.up is not None
    assert f"process {running.up.pid}" in output
    assert running.up.poll() is None


def test_a_taken_port_is_said_at_once(shop: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", shop.port))
        other.listen()
        output, _ = shop.start().communicate(timeout=SECONDS)
    assert "PORT_TAKEN" in output
    assert "LOYALNEST_PORT" in output


def test_the_demos_shop_opens_beside_an_installation_that_had_none_and_ends_with_it(
    shop: Installation,
) -> None:
    with ExitStack() as probes:
        ports: list[int] = []
        for _ in range(4):
            probe = probes.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            ports.append(probe.getsockname()[1])
    address, mails = (f"http://127.0.0.1:{port}" for port in ports[:2])
    said: list[str] = []
    for smtp_port in map(str, ports[2:]):
        shop.start(
            "shop",
            LOYALNEST_DEMO_SHOP_PORT=str(ports[0]),
            LOYALNEST_CATCHER_PORT=str(ports[1]),
            LOYALNEST_CATCHER_SMTP_PORT=smtp_port,
        )
        shop.wait_until_ready()
        wait_until(lambda: shop.shows(address) and shop.shows(mails))
        handles = "SELECT string_agg(handle, ' ' ORDER BY handle) FROM merchants"
        assert ask(shop.server.owner_url, handles) == "cafe demo shop"
        keys = "SELECT count(*)::text FROM api_keys"
        assert ask(shop.server.owner_url, keys) == "1"
        senders = "SELECT string_agg(options ->> 'port', ' ') FROM senders WHERE state = 'on'"
        assert ask(shop.server.owner_url, senders) == " ".join([smtp_port] * 3)
        status, output = shop.stop()
        assert status == 0, output
        assert of_installation(shop.data_dir) == []
        assert not shop.shows(address)
        assert not shop.shows(mails)
        said.append(output)
    assert address in said[0]
    assert mails in said[0]
    assert "owner@nest.example.com with" in said[0]
    assert "set-password owner@nest.example.com --merchant shop" in said[1]
    assert "owner@cafe.example.com with" in said[0]
    assert "set-password owner@cafe.example.com --merchant cafe" in said[1]


def test_the_shop_opens_at_the_first_port_that_is_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port: int = taken.getsockname()[1]
        beside = port_for(Settings(port=port - 1))
    assert beside > port
    assert port_for(Settings(port=8000, demo_shop_port=port)) == port
    assert 0 < port_for(Settings(port=65535)) < 65536


def test_children_and_database_end_when_the_supervisor_is_killed(shop: Installation) -> None:
    shop.start()
    shop.wait_until_ready()
    assert shop.up is not None
    with shop.up:
        shop.up.kill()
    wait_until(lambda: of_installation(shop.data_dir) == [])


def test_what_ignores_its_end_is_ended_by_the_next_start(shop: Installation) -> None:
    shop.start("stubborn")
    shop.wait_until_ready()
    stubborn = shop.children()
    assert shop.up is not None
    with shop.up:
        shop.up.kill()
    assert all(process.alive for process in stubborn)
    shop.start()
    wait_until(lambda: not any(process.alive for process in stubborn))
    shop.wait_until_ready()


def test_after_all_were_killed_the_next_start_goes_on_with_the_same_data(
    shop: Installation,
) -> None:
    shop.start()
    shop.wait_until_ready()
    ask(shop.server.owner_url, "CREATE TABLE kept ()")
    kill(*of_installation(shop.data_dir))
    assert shop.up is not None
    with shop.up:
        pass
    shop.start()
    shop.wait_until_ready()
    assert ask(shop.server.owner_url, "SELECT to_regclass('kept')::text") == "kept"


def test_a_child_that_was_killed_is_started_again(running: Installation) -> None:
    before = running.children()
    kill(*before)
    wait_until(lambda: len(running.children()) == 2)
    assert not set(before) & set(running.children())


@pytest.mark.parametrize("victim", ["keeper", "postmaster"])
def test_a_database_that_was_killed_is_started_again(running: Installation, victim: str) -> None:
    postmaster, keeper = postmaster_of(running.server), running.server.keeper
    assert keeper is not None
    kill(postmaster if victim == "postmaster" else keeper)
    wait_until(lambda: running.server.keeper not in (None, keeper))
    # Only waits: the one that `up` started may not have written its note yet.
    running.server.revive()
    assert postmaster_of(running.server) != postmaster
    assert ask(running.server.runtime_url, "SELECT 1") == "1"


def test_a_stranger_in_a_session_of_the_same_number_is_left_alone(shop: Installation) -> None:
    stranger = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    boot = processes.this_boot()
    (shop.data_dir / "processes.json").write_text(
        f'{{"boot": "{boot}", "sessions": [{stranger.pid}]}}'
    )
    shop.start()
    shop.wait_until_ready()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
