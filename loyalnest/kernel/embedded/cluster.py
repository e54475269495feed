"""Makes a cluster and writes its settings."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from enum import Enum
from pathlib import Path

from loyalnest.kernel.embedded.binaries import MAJOR, program
from loyalnest.kernel.embedded.errors import DatabaseFailed, DatabaseOfAnotherVersion
from loyalnest.kernel.embedded.layout import Layout, maker_uid
from loyalnest.kernel.processes import LAUNCHER

OWNER_LOGIN = "postgres"
RUNTIME_LOGIN = "loyalnest"
DATABASE = "loyalnest"

_HBA = "# Written by LoyalNest: the socket only, and a password for everybody.\n" + (
    "local all all scram-sha-256\n"
)
_CLUSTER_NAME_LIMIT = 63
_LAST_WORDS_PATIENCE_S = 10.0


class Profile(Enum):
    """How much care the server takes of what it is given."""

    DURABLE = "durable"
    """What was committed is on disk."""
    FOR_TESTS = "for tests"
    """Nothing is flushed: fast, and gone with the machine."""


def ensure(layout: Layout, uid: int, profile: Profile) -> dict[str, str]:
    """Make the cluster if there is none, bring its settings up to date; the logins' passwords."""
    _discard(layout.draft)
    known = _read_passwords(layout)
    passwords = known or _make_passwords(layout)
    if not layout.cluster.exists():
        _make(layout, uid, passwords, flush=profile is Profile.DURABLE)
    else:
        _check_version(layout)
        _adopt(layout.cluster, uid)
        if not known:
            # The file was lost, the data wasn't: the server's single-user mode asks for none.
            _run_sql(layout.cluster, uid, *_new_passwords(passwords))
    _configure(layout, uid, profile)
    return passwords


def passwords_of(layout: Layout) -> dict[str, str]:
    """The logins' passwords of a cluster that was made before."""
    return json.loads(layout.passwords.read_text())


def _discard(draft: Path) -> None:
    """Remove what a start left that was killed: what it had begun may write there a moment more."""
    until = time.monotonic() + _LAST_WORDS_PATIENCE_S
    while draft.exists():
        shutil.rmtree(draft, ignore_errors=time.monotonic() < until)
        time.sleep(0.01)


def _make(layout: Layout, uid: int, passwords: dict[str, str], *, flush: bool) -> None:
    maker = maker_uid(uid)
    layout.draft.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(layout.draft, maker, maker)
    command = [str(program("initdb")), "--pgdata", str(layout.draft), "--username", OWNER_LOGIN]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    command += ["--builtin-locale=C.UTF-8", "--no-instructions", "--no-sync"]
    # Trust lasts until our own pg_hba.conf is in place, before the first start.
    command += ["--auth=trust"]
    _run(command, maker, layout.draft, doing="make a database cluster")
    _run_sql(
        layout.draft,
        uid,
        f"CREATE ROLE {RUNTIME_LOGIN} LOGIN;",
        *_new_passwords(passwords),
        f"CREATE DATABASE {DATABASE};",
    )
    if flush:
        # Once and whole, after the last change and before it takes its place.
        sync = [str(program("initdb")), "--sync-only", "--pgdata", str(layout.draft)]
        _run(sync, uid, layout.draft, doing="flush the new database to disk")
    layout.draft.rename(layout.cluster)


def _new_passwords(passwords: dict[str, str]) -> list[str]:
    return [f"ALTER ROLE {login} PASSWORD '{word}';" for login, word in passwords.items()]


def _run_sql(cluster: Path, uid: int, *statements: str) -> None:
    """Run statements in single-user mode: no socket, no password, nobody else there."""
    command = [str(program("postgres")), "--single", "-j", "-D", str(cluster)]
    command += ["-c", "exit_on_error=true", "-c", "log_min_error_statement=panic", "postgres"]
    # In this mode a statement ends with a semicolon and an empty line.
    script = "".join(f"{statement}\n\n" for statement in statements)
    maker = maker_uid(uid)
    _adopt(cluster, maker)
    _run(command, maker, cluster, doing="prepare the database", script=script)
    _adopt(cluster, uid)


def _run(command: list[str], uid: int, folder: Path, *, doing: str, script: str = "") -> None:
    launch = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), "SIGKILL", str(uid)]
    done = subprocess.run(  # noqa: S603 - our own programs, no shell
        [*launch, "--", *command],
        input=script,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "LOYALNEST_DATA_DIR": str(folder.parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DatabaseFailed(f"Could not {doing}:\n{done.stdout[-2000:]}")


def _adopt(cluster: Path, uid: int) -> None:
    """Give the cluster to `uid`, with the rights that PostgreSQL insists on."""
    if os.geteuid() == 0 and cluster.stat().st_uid != uid:
        for folder, _, files in os.walk(cluster):
            for path in (folder, *(os.path.join(folder, name) for name in files)):
                os.chown(path, uid, uid, follow_symlinks=False)
    cluster.chmod(0o700)


def _check_version(layout: Layout) -> None:
    version = (layout.cluster / "PG_VERSION").read_text().strip()
    if version != str(MAJOR):
        raise DatabaseOfAnotherVersion(
            f"{layout.cluster} was written by PostgreSQL {version}, this is {MAJOR}. Dump it with "
            f"the LoyalNest that wrote it and restore it here, or choose another folder."
        )


def _configure(layout: Layout, uid: int, profile: Profile) -> None:
    """Write our settings; `ALTER SYSTEM` still has the last word over them."""
    _write(layout.cluster / "loyalnest.conf", settings(layout, profile), uid)
    _write(layout.cluster / "pg_hba.conf", _HBA, uid)
    main = layout.cluster / "postgresql.conf"
    include = "include 'loyalnest.conf'\n"
    if include not in (text := main.read_text()):
        _write(main, f"{text}\n{include}", uid)


def settings(layout: Layout, profile: Profile) -> str:
    """The server's settings for a small machine that it shares with the application."""
    chosen = {
        "cluster_name": title_of(layout.data_dir),
        "listen_addresses": "",
        "max_connections": "200" if profile is Profile.FOR_TESTS else "100",
        "shared_buffers": f"{_shared_buffers_mb()}MB",
        "effective_cache_size": f"{4 * _shared_buffers_mb()}MB",
        "max_wal_size": "4GB",
        # What a crash leaves to be replayed: at full load `max_wal_size` comes first.
        "checkpoint_timeout": "5min",
        "checkpoint_completion_target": "0.9",
        "wal_compression": "pglz",
        "random_page_cost": "1.1",
        "jit": "off",
        "idle_in_transaction_session_timeout": "5min",
        # A server that restarts itself after a crash can't be shut down meanwhile (as of 18.4 it
        # waits for ever). It ends instead, and whoever uses it has it started again.
        "restart_after_crash": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        # Neither statements nor details of rows in the log: they may hold personal data.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
    }
    if sys.platform == "linux":
        # Before it replays the server syncs what there is: one call rather than 3,000 files.
        chosen |= {"recovery_init_sync_method": "syncfs"}
    if profile is Profile.FOR_TESTS:
        chosen |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        chosen |= {"logging_collector": "off", "log_min_messages": "fatal"}
        # All of it is looked through whenever a database is made or dropped.
        chosen |= {"shared_buffers": "64MB"}
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in chosen.items()]
    return "# Written anew at every start; change settings with ALTER SYSTEM.\n" + (
        "\n".join(lines) + "\n"
    )


def title_of(data_dir: Path) -> str:
    """The data folder as the server shows it in the title of each of its processes."""
    plain = "".join(sign if " " <= sign <= "~" else "?" for sign in str(data_dir))
    return plain.replace("\\", "?")[-_CLUSTER_NAME_LIMIT:]


def _shared_buffers_mb() -> int:
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(128, min(512, memory_mb // 8))


def _write(path: Path, text: str, uid: int) -> None:
    draft = path.with_name(path.name + ".new")
    draft.write_text(text)
    draft.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(draft, uid, uid)
    draft.replace(path)


def _read_passwords(layout: Layout) -> dict[str, str] | None:
    return passwords_of(layout) if layout.passwords.exists() else None


def _make_passwords(layout: Layout) -> dict[str, str]:
    passwords = {login: secrets.token_urlsafe(24) for login in (OWNER_LOGIN, RUNTIME_LOGIN)}
    draft = layout.passwords.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(passwords, file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(layout.passwords)
    return passwords
