"""A server starts with its first user and ends with its last."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from loyalnest.kernel.embedded import Profile, Server, attached
from loyalnest.kernel.embedded.errors import DatabaseOfAnotherVersion
from tests.kernel.embedded.conftest import User, ask, of_installation, postmaster_of


def test_what_was_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    with attached(tmp_path / "shop") as server:
        ask(server.owner_url, "CREATE TABLE kept AS SELECT 7 AS points")
    with attached(tmp_path / "shop") as server:
        assert ask(server.owner_url, "SELECT points FROM kept") == "7"


def test_nothing_is_left_running_once_the_last_user_has_gone(tmp_path: Path) -> None:
    with attached(tmp_path / "shop") as server:
        postmaster = postmaster_of(server)
        assert server.keeper is not None
    assert server.keeper is None
    assert not postmaster.alive


def test_every_process_names_its_data_folder() -> None:
    with TemporaryDirectory() as folder, attached(Path(folder), Profile.FOR_TESTS) as server:
        backends = Path(
            f"/proc/{postmaster_of(server).pid}/task/{postmaster_of(server).pid}/children"
        )
        # The last of them may still be coming: whoever is seen here is there when all are listed.
        begun = {int(pid) for pid in backends.read_text().split()}
        assert {process.pid for process in of_installation(Path(folder))} >= begun
        assert {postmaster_of(server), server.keeper} <= set(of_installation(Path(folder)))


def test_the_server_outlives_the_user_who_started_it_while_another_is_there(
    tmp_path: Path, use: Callable[[Path], User]
) -> None:
    starter = use(tmp_path / "shop").wait_until_attached()
    with attached(tmp_path / "shop") as server:
        postmaster = postmaster_of(server)
        starter.leave()
        assert postmaster.alive
        assert ask(server.runtime_url, "SELECT 1") == "1"
    assert not postmaster.alive


def test_many_who_come_at_once_share_one_server(
    tmp_path: Path, use: Callable[[Path], User]
) -> None:
    users = [use(tmp_path / "shop") for _ in range(4)]
    for user in users:
        user.wait_until_attached()
    with attached(tmp_path / "shop") as server:
        postmaster = postmaster_of(server)
        for user in users:
            user.leave()
        assert postmaster.alive


def test_two_installations_live_side_by_side(tmp_path: Path) -> None:
    with attached(tmp_path / "cafe") as cafe, attached(tmp_path / "barber") as barber:
        ask(cafe.owner_url, "CREATE TABLE stamps ()")
        assert ask(barber.owner_url, "SELECT to_regclass('stamps')") == ""
        assert postmaster_of(cafe) != postmaster_of(barber)


def test_a_path_with_spaces_and_quotes_works(tmp_path: Path) -> None:
    with attached(tmp_path / "Zoë's shop, no. 7: tea & cake %20") as server:
        assert ask(server.runtime_url, "SELECT 1") == "1"


def test_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    with attached(tmp_path / ("long" * 40)) as server:
        folder = server.layout.socket_folder()
        assert folder.parent != server.layout.root
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert ask(server.runtime_url, "SELECT 1") == "1"
    assert not folder.exists()
    with attached(tmp_path / ("long" * 40)) as server:
        assert ask(server.runtime_url, "SELECT 1") == "1"


def test_the_runtime_login_is_no_superuser_and_both_need_a_password(tmp_path: Path) -> None:
    with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
        rights = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = "
        assert ask(server.runtime_url, rights + "current_user") == "f"
        assert ask(server.owner_url, rights + "current_user") == "t"
        assert stat.S_IMODE(server.layout.passwords.stat().st_mode) == 0o600
        rules = "SELECT string_agg(type || ' ' || auth_method, ',') FROM pg_hba_file_rules"
        assert ask(server.owner_url, rules) == "local scram-sha-256"


def test_the_durable_profile_flushes_and_listens_on_no_port(tmp_path: Path) -> None:
    with attached(tmp_path / "shop") as server:
        for setting, value in {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "listen_addresses": "",
            "server_encoding": "UTF8",
            "data_checksums": "on",
            "jit": "off",
        }.items():
            assert ask(server.owner_url, f"SHOW {setting}") == value


def test_a_setting_changed_by_the_operator_stays(tmp_path: Path) -> None:
    with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
        ask(server.owner_url, "ALTER SYSTEM SET work_mem = '12MB'")
    with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
        assert ask(server.owner_url, "SHOW work_mem") == "12MB"


def test_a_lost_password_file_is_made_anew(tmp_path: Path) -> None:
    with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
        ask(server.owner_url, "CREATE TABLE kept ()")
    server.layout.passwords.unlink()
    with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
        assert ask(server.runtime_url, "SELECT to_regclass('kept')::text") == "kept"


def test_a_half_made_cluster_is_begun_again(tmp_path: Path) -> None:
    draft = tmp_path / "shop" / "postgres" / "data.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
        assert ask(server.runtime_url, "SELECT 1") == "1"
    assert not draft.exists()


def test_data_of_another_version_is_refused_and_untouched(tmp_path: Path) -> None:
    with attached(tmp_path / "shop", Profile.FOR_TESTS) as server:
        pass
    (server.layout.cluster / "PG_VERSION").write_text("16\n")
    with (
        pytest.raises(DatabaseOfAnotherVersion, match="PostgreSQL 16"),
        attached(tmp_path / "shop"),
    ):
        pass


as_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="needs root: only root's server runs as somebody else"
)


@pytest.fixture
def closed_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


def capabilities_of(server: Server) -> int:
    status = Path(f"/proc/{postmaster_of(server).pid}/status").read_text()
    return int(status.partition("CapEff:")[2].split()[0], 16)


@as_root
def test_below_a_folder_closed_to_others_root_gets_a_server_that_passes_through(
    closed_folder: Path,
) -> None:
    before = [(path, path.stat()) for path in (closed_folder, *closed_folder.parents)]
    with attached(closed_folder / "shop") as server:
        assert ask(server.runtime_url, "SELECT 1") == "1"
        assert postmaster_of(server).owner not in (0, None)
        assert capabilities_of(server).bit_count() == 1
        ask(server.owner_url, "CREATE TABLE kept ()")
    with attached(closed_folder / "shop") as server:
        assert ask(server.owner_url, "SELECT to_regclass('kept')::text") == "kept"
    for path, was in before:
        now = path.stat()
        assert (now.st_mode, now.st_uid, now.st_gid) == (was.st_mode, was.st_uid, was.st_gid)


@as_root
def test_in_a_folder_open_to_all_roots_server_has_no_right_at_all() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with attached(Path(folder) / "shop") as server:
            assert capabilities_of(server) == 0
            assert ask(server.runtime_url, "SELECT 1") == "1"


@as_root
def test_two_installations_of_root_run_as_different_users(closed_folder: Path) -> None:
    with attached(closed_folder / "cafe") as cafe, attached(closed_folder / "barber") as barber:
        assert postmaster_of(cafe).owner != postmaster_of(barber).owner


@as_root
def test_a_cluster_that_root_copied_is_given_back_to_its_server(closed_folder: Path) -> None:
    with attached(closed_folder / "shop", Profile.FOR_TESTS) as server:
        ask(server.owner_url, "CREATE TABLE kept ()")
    for path in (server.layout.cluster, *server.layout.cluster.rglob("*")):
        os.chown(path, 0, 0)
    with attached(closed_folder / "shop", Profile.FOR_TESTS) as server:
        assert ask(server.owner_url, "SELECT to_regclass('kept')::text") == "kept"
