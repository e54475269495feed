"""Where an installation's database lies, and who it belongs to."""

import os
import pwd
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from loyalnest.kernel import processes
from loyalnest.kernel.embedded.errors import DatabaseBelongsToAnother, DatabaseUnsupported

SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT_BYTES = 107
_OWN_UIDS = range(60_706, 61_184)
"""Numbers that neither Debian nor systemd hands out."""
_POWERS = {"CHOWN": 0, "DAC_OVERRIDE": 1, "KILL": 5, "SETGID": 6, "SETUID": 7}
"""What root needs to run a server as somebody else; a container may take some of it away."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of one embedded database, all below `<data_dir>/postgres`."""

    data_dir: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Layout":
        return cls(Path(os.path.abspath(data_dir)))

    @property
    def root(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder (`PGDATA`)."""
        return self.root / "data"

    @property
    def draft(self) -> Path:
        """Where a cluster is made; it takes its place by one rename, whole or not at all."""
        return self.root / "data.new"

    @property
    def passwords(self) -> Path:
        return self.root / "passwords.json"

    @property
    def startup_log(self) -> Path:
        return self.root / "startup.log"

    @property
    def socket_note(self) -> Path:
        """Names the socket's folder, where it had to be elsewhere."""
        return self.root / "socket-folder"

    @property
    def use_lock(self) -> Path:
        """Held shared by whoever uses the database; the keeper waits to have it alone."""
        return self.root / "use.lock"

    @property
    def start_lock(self) -> Path:
        """Held while somebody looks whether the database runs, and starts it if not."""
        return self.root / "start.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper for as long as it lives."""
        return self.root / "keeper.lock"

    def make_folders(self) -> None:
        """Make the folders, closed to other users.

        Raises:
            DatabaseBelongsToAnother: they exist and this user may not write to them.
        """
        try:
            make_private_folder(self.data_dir)
            make_private_folder(self.root)
            for lock in (self.use_lock, self.start_lock, self.keeper_lock):
                os.close(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except PermissionError as error:
            raise DatabaseBelongsToAnother(
                f"{error.filename} belongs to another user ({_owner_of(error.filename)}). Run "
                "LoyalNest as that user, or choose another folder with LOYALNEST_DATA_DIR."
            ) from error

    def server_uid(self) -> int:
        """The user the server runs as: ourselves, or as root an unprivileged number of its own.

        Raises:
            DatabaseBelongsToAnother: the cluster exists and its owner is neither.
            DatabaseUnsupported: this root is one in name only.
        """
        me = os.geteuid()
        owner = self.cluster.stat().st_uid if self.cluster.exists() else None
        if me == 0:
            _check_powers()
            # Nobody has it between two steps of its making; root where somebody copied it.
            return owner if owner not in (None, 0, _nobody()) else _free_uid(str(self.data_dir))
        if owner not in (None, me):
            raise DatabaseBelongsToAnother(
                f"The database in {self.cluster} belongs to {_name_of(owner)}: it was first "
                "started by root or another user. Run LoyalNest as that user, or choose another "
                "folder with LOYALNEST_DATA_DIR."
            )
        return me

    def socket_folder(self) -> Path:
        """The folder of the server's socket, in the data folder where its path is short enough."""
        near = self.root / "socket"
        # A comma would be read as a list of hosts.
        if len(os.fsencode(near / SOCKET_NAME)) <= _SOCKET_PATH_LIMIT_BYTES and "," not in str(
            near
        ):
            return near
        return Path(self.socket_note.read_text().strip())

    def make_socket_folder(self, uid: int) -> Path:
        """Make the socket's folder for `uid` alone; a private one elsewhere for a long path."""
        try:
            folder = self.socket_folder()
        except FileNotFoundError:
            folder = None
        if folder is None or (folder.parent != self.root and not _private(folder, uid)):
            # The name can't be guessed, so that nobody can be there first.
            folder = Path(tempfile.mkdtemp(prefix="loyalnest-"))
            self.socket_note.write_text(f"{folder}\n")
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, uid, uid)
        return folder


def make_private_folder(folder: Path) -> None:
    """Make a folder that other users can't read, unless it is there already.

    Made by root it may be passed through, so that the server needs no extra right to reach what
    is its own below.
    """
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def maker_uid(server_uid: int) -> int:
    """Who may run `initdb` for `server_uid`: it insists on a user that has a name."""
    try:
        pwd.getpwuid(server_uid)
    except KeyError:
        return _nobody()
    return server_uid


def is_own(uid: int) -> bool:
    """Whether `uid` is a number that nothing but an embedded database runs under."""
    return uid in _OWN_UIDS


def _check_powers() -> None:
    status = Path("/proc/self/status").read_text()
    powers = int(status.partition("CapEff:")[2].split()[0], 16)
    missing = [name for name, bit in _POWERS.items() if not powers & 1 << bit]
    if missing:
        raise DatabaseUnsupported(
            f"This root may not start a server as another user: it lacks {', '.join(missing)}. "
            "Run LoyalNest as an ordinary user, or set LOYALNEST_DATABASE_URL."
        )


def _free_uid(seed: str) -> int:
    taken = {process.owner for process in processes.everyone()}
    start = zlib.crc32(seed.encode()) % len(_OWN_UIDS)
    for uid in (*_OWN_UIDS[start:], *_OWN_UIDS[:start]):
        if uid not in taken and _is_nameless(uid) and _is_mapped(uid):
            return uid
    return _nobody()


def _nobody() -> int:
    return pwd.getpwnam("nobody").pw_uid


def _is_nameless(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return True
    return False


def _is_mapped(uid: int) -> bool:
    """Whether the number exists in this user namespace (a container may have a few only)."""
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = (int(part) for part in line.split())
        if first <= uid < first + count:
            return True
    return False


def _private(folder: Path, uid: int) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return status.st_uid == uid and status.st_mode & 0o7777777 == 0o040700


def _owner_of(path: str) -> str:
    try:
        return _name_of(os.stat(path).st_uid)
    except OSError:
        return "unknown"


def _name_of(uid: int | None) -> str:
    if uid is None:
        return "nobody known"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
