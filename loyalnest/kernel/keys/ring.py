"""Opening the key ring, and holding it against what the database remembers."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from loyalnest.kernel.crypto import KeyFileInvalid, KeyRing, new_ring, parse_ring, save_ring
from loyalnest.kernel.errors import Conflict, Unavailable
from loyalnest.kernel.settings import Settings

_LOCK = 5_603_117_020_424_002  # any constant, as long as two first starts at once share it
_READABLE_BY_ANYBODY = 0o007

_REMEMBERED = text("""
SELECT purpose, key_id, fingerprint
  FROM encryption_keys
 WHERE retired_at IS NULL
 ORDER BY purpose, key_id
""")

_REMEMBER = text("""
INSERT INTO encryption_keys (purpose, key_id, fingerprint, added_at)
VALUES (:purpose, :key_id, :fingerprint, :now)
ON CONFLICT DO NOTHING
""")

Fingerprints = Mapping[tuple[str, int], bytes]


class KeysMissing(Unavailable):
    """There is no key file yet, and LOYALNEST_ENCRYPTION_KEYS is not set."""


class KeyMissing(Unavailable):
    """A key that this database was sealed with is not at hand; nothing was changed."""


class KeyFileExposed(Unavailable):
    """Everybody on this machine may read the key file; see to its mode and start again."""


class KeysFixed(Conflict):
    """The keys come from LOYALNEST_ENCRYPTION_KEYS; run `loyalnest keys prepare` for new ones."""


class Keys:
    """The ring in use. It follows its file, so that a running process learns of new keys."""

    def __init__(self, ring: KeyRing, path: Path | None = None):
        self._ring = ring
        self._path = path
        self._version = _version(path)

    def __call__(self) -> KeyRing:
        """The ring as it is now; looks at the file's time, and reads it again when that changed."""
        version = _version(self._path)
        if self._path and version and version != self._version:
            try:
                self._ring = parse_ring(self._path.read_text())
            except (OSError, KeyFileInvalid):
                # Somebody is editing it by hand: what is known still opens what is there, and the
                # next start says what is wrong.
                return self._ring
            self._version = version
        return self._ring

    def replace(self, ring: KeyRing) -> None:
        """Put another ring in the file's place, for this and every other process.

        Raises KeysFixed when the keys didn't come from a file.
        """
        if self._path is None:
            raise KeysFixed
        save_ring(ring, self._path)
        self._ring, self._version = ring, _version(self._path)

    @property
    def replaceable(self) -> bool:
        return self._path is not None


def open_ring(settings: Settings) -> Keys:
    """The keys at hand: from the environment, else from the key file.

    Raises KeysMissing when there are none, KeyFileExposed, KeyFileInvalid.
    """
    if settings.encryption_keys:
        return Keys(parse_ring(settings.encryption_keys.get_secret_value()))
    path = settings.keys_file
    try:
        mode = path.stat().st_mode
        content = path.read_text()
    except FileNotFoundError:
        raise KeysMissing from None
    except OSError as error:
        raise KeyFileInvalid(f"{path} can't be read: {error.strerror}.") from None
    if mode & _READABLE_BY_ANYBODY:
        raise KeyFileExposed(
            f"Everybody on this machine may read {path}. Take that away (chmod 600 {path}) and"
            " start again; if somebody may have read it, rotate the keys as well."
        )
    return Keys(parse_ring(content), path)


async def unlock(url: str, settings: Settings, *, now: datetime) -> Keys:
    """Open the keys that belong to the database at `url`, whose schema is up to date.

    On the very first start, when neither side knows any key, a key file of mode 0600 is made.
    Raises KeyMissing, naming every key that the database remembers and that isn't at hand.
    """
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(
                text("SELECT set_config('role', :role, true)"), {"role": settings.platform_role}
            )
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            return await _unlock(connection, settings, now)
    finally:
        await engine.dispose()


async def _unlock(connection: AsyncConnection, settings: Settings, now: datetime) -> Keys:
    remembered = {(row[0], row[1]): row[2] for row in await connection.execute(_REMEMBERED)}
    try:
        keys = open_ring(settings)
    except KeysMissing:
        if remembered:
            raise KeyMissing(_what_is_missing(remembered, {}, settings)) from None
        save_ring(new_ring(), settings.keys_file)
        keys = open_ring(settings)
    at_hand = keys().fingerprints()
    missing = {key: print_ for key, print_ in remembered.items() if at_hand.get(key) != print_}
    if missing:
        raise KeyMissing(_what_is_missing(missing, at_hand, settings))
    await remember(connection, at_hand, now=now)
    return keys


async def remember(connection: AsyncConnection, prints: Fingerprints, *, now: datetime) -> None:
    """Write the fingerprints of keys down that the database doesn't know yet."""
    rows = [
        {"purpose": purpose, "key_id": key_id, "fingerprint": fingerprint, "now": now}
        for (purpose, key_id), fingerprint in prints.items()
    ]
    await connection.execute(_REMEMBER, rows)


def _what_is_missing(missing: Fingerprints, at_hand: Fingerprints, settings: Settings) -> str:
    names = ", ".join(
        f"{purpose} key {key_id} (fingerprint {fingerprint.hex()[:8]})"
        + (", in whose place another key is at hand" if (purpose, key_id) in at_hand else "")
        for (purpose, key_id), fingerprint in missing.items()
    )
    place = "LOYALNEST_ENCRYPTION_KEYS" if settings.encryption_keys else str(settings.keys_file)
    return (
        f"This database was sealed with {names}. Put the right keys back in {place};"
        " nothing was changed, and no new key was made."
    )


def _version(path: Path | None) -> tuple[int, int] | None:
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino) if found else None
