"""After kill -9 of any or all, the next start ends what is left and goes on within seconds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loyalnest.kernel.embedded import Profile, Server, attached
from loyalnest.kernel.embedded.layout import Layout
from loyalnest.kernel.processes import Process
from tests.kernel.embedded.conftest import User, ask, kill, of_installation, postmaster_of

SECONDS = 25.0
"""More than a busy machine takes, and less than whoever waits for a dead server's memory."""


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


def test_the_server_ends_when_its_only_user_is_killed(
    tmp_path: Path, use: Callable[[Path], User]
) -> None:
    use(tmp_path / "shop").wait_until_attached().kill()
    wait_until(lambda: not of_installation(tmp_path / "shop"))


def test_the_server_ends_when_its_keeper_is_killed_and_can_be_revived(tmp_path: Path) -> None:
    with attached(tmp_path / "shop") as server:
        postmaster = postmaster_of(server)
        assert server.keeper is not None
        kill(server.keeper)
        wait_until(lambda: not postmaster.alive)
        server.revive()
        assert ask(server.runtime_url, "SELECT 1") == "1"


def test_a_postmaster_that_was_killed_can_be_revived(tmp_path: Path) -> None:
    with attached(tmp_path / "shop") as server:
        ask(server.owner_url, "CREATE TABLE kept ()")
        began = time.monotonic()
        kill(postmaster_of(server))
        wait_until(lambda: server.keeper is None)
        server.revive()
        assert ask(server.runtime_url, "SELECT to_regclass('kept')::text") == "kept"
        assert time.monotonic() - began < SECONDS


def test_a_server_that_lost_a_process_ends_promptly_with_its_user(tmp_path: Path) -> None:
    with attached(tmp_path / "shop") as server:
        note = f"/proc/{postmaster_of(server).pid}/task/{postmaster_of(server).pid}/children"
        victim = Process.find(int(Path(note).read_text().split()[-1]))
        assert victim is not None
        kill(victim)
        time.sleep(0.1)
        began = time.monotonic()
    assert time.monotonic() - began < SECONDS


def busy(server: Server) -> tuple[subprocess.Popen[bytes], Process]:
    """A backend that computes without ever looking up, as one that outlives its postmaster."""
    query = "DO $$ BEGIN LOOP END LOOP; END $$"
    script = (
        "import asyncio, asyncpg, sys\n"
        "async def main():\n"
        "    connection = await asyncpg.connect(sys.argv[1])\n"
        "    print(connection.get_server_pid(), flush=True)\n"
        "    await connection.execute(sys.argv[2])\n"
        "asyncio.run(main())\n"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", script, server.runtime_url, query],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert client.stdout is not None
    backend = Process.find(int(client.stdout.readline()))
    assert backend is not None
    state = f"SELECT state FROM pg_stat_activity WHERE pid = {backend.pid}"
    wait_until(lambda: ask(server.runtime_url, state) == "active")
    return client, backend


@pytest.mark.parametrize("stopped", [False, True])
def test_a_backend_that_outlived_everybody_is_ended_by_the_next_start(
    tmp_path: Path, use: Callable[[Path], User], stopped: bool
) -> None:
    user = use(tmp_path / "shop").wait_until_attached()
    with attached(tmp_path / "shop") as server:
        client, backend = busy(server)
        if stopped:
            os.kill(backend.pid, signal.SIGSTOP)
        keeper = server.keeper
        assert keeper is not None
        # It is told of its keeper's end and would take its backends along, were it quick enough.
        os.kill(postmaster_of(server).pid, signal.SIGSTOP)
        kill(keeper, postmaster_of(server))
        user.kill()
    with client:
        assert backend.alive
        began = time.monotonic()
        with attached(tmp_path / "shop") as server:
            assert ask(server.runtime_url, "SELECT 1") == "1"
            assert time.monotonic() - began < SECONDS
            assert not backend.alive
        client.kill()


def test_after_all_were_killed_at_once_the_next_start_goes_on(
    tmp_path: Path, use: Callable[[Path], User]
) -> None:
    for _ in range(3):
        use(tmp_path / "shop").wait_until_attached()
        kill(*of_installation(tmp_path / "shop"))
        began = time.monotonic()
        with attached(tmp_path / "shop") as server:
            assert ask(server.runtime_url, "SELECT 1") == "1"
        assert time.monotonic() - began < SECONDS


def test_a_start_that_was_killed_half_way_is_taken_up(
    tmp_path: Path, use: Callable[[Path], User]
) -> None:
    for delay_s in (0.15, 0.25, 0.35, 0.5, 0.7):
        starter = use(tmp_path / "shop")
        time.sleep(delay_s)
        starter.kill()
    with attached(tmp_path / "shop") as server:
        assert ask(server.runtime_url, "SELECT 1") == "1"


def test_what_a_start_that_was_killed_still_writes_is_waited_for(tmp_path: Path) -> None:
    draft = Layout(tmp_path / "shop").draft
    draft.mkdir(parents=True)
    # As the server that initdb began, which notices only at its next word that initdb is gone.
    writing = "i=0; while [ $i -lt 50000 ] && : > $i; do i=$((i+1)); done"
    with subprocess.Popen(["/bin/sh", "-c", writing], cwd=draft) as writer:
        wait_until(lambda: (draft / "9").exists())
        with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
            assert ask(server.runtime_url, "SELECT 1") == "1"
        writer.kill()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def test_a_stranger_who_got_the_postmasters_number_is_left_alone(
    tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
        note = server.layout.cluster / "postmaster.pid"
        lines = note.read_text().splitlines()
    note.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
        assert ask(server.runtime_url, "SELECT 1") == "1"
        assert stranger.poll() is None


def test_a_shell_that_stands_in_the_data_folder_is_left_alone(tmp_path: Path) -> None:
    with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
        pass
    owner = server.layout.cluster.stat().st_uid
    shell = subprocess.Popen(
        ["/bin/sleep", "60"],
        cwd=server.layout.cluster,
        user=owner if os.geteuid() == 0 else None,
    )
    with attached(tmp_path / "shop", Profile.FOR_TESTS):
        assert shell.poll() is None
    shell.kill()
    shell.wait()
