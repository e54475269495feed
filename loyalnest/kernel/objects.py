"""Where large things are kept that can be made again: by a name, outside the database.

The port is `Objects`; here is the way without any other server, a folder. What is put is there
whole or not at all, for whoever reads it, also after a crash. Whoever keeps something says in its
name what it was made from, so that nothing is ever written over by something else.
"""

import asyncio
import os
import re
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from loyalnest.kernel.errors import Unavailable

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")
_LONGEST_NAME = 250
_DRAFT = ".new"
_PROBE = "probe"


class ObjectsUnavailable(Unavailable):
    """The place where files are kept does not answer, or refuses; try again later."""


class ObjectsRefused(ObjectsUnavailable):
    """The place where files are kept refuses us: the bucket isn't there, or the key may not use it.
    Look at the settings `LOYALNEST_S3_…`."""


class Objects(Protocol):
    """A place for bytes by name: lower-case words of `a-z 0-9 . _ -`, parted by slashes."""

    async def put(self, name: str, body: bytes, *, media_type: str) -> None:
        """Keep these bytes, in the place of what had this name. Raises ObjectsUnavailable."""
        ...

    async def find(self, name: str) -> bytes | None:
        """What is kept by this name, if anything. Raises ObjectsUnavailable."""
        ...

    async def delete(self, name: str) -> None:
        """Keep nothing by this name. Raises ObjectsUnavailable."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


async def check(objects: Objects) -> None:
    """Keep something, find it and delete it again. Raises ObjectsUnavailable, ObjectsRefused."""
    await objects.put(_PROBE, _PROBE.encode(), media_type="text/plain")
    if await objects.find(_PROBE) is None:
        raise ObjectsUnavailable
    await objects.delete(_PROBE)


class Folder:
    """Files below a folder that nobody else on the machine reads."""

    def __init__(self, root: Path):
        self._root = root

    async def put(self, name: str, body: bytes, *, media_type: str) -> None:
        """Keep these bytes; a file says by its name what it is, so `media_type` is not kept."""
        await asyncio.to_thread(_write, self._path(name), body)

    async def find(self, name: str) -> bytes | None:
        """What is kept by this name, if anything."""
        return await asyncio.to_thread(_read, self._path(name))

    async def delete(self, name: str) -> None:
        """Keep nothing by this name."""
        await asyncio.to_thread(_unlink, self._path(name))

    async def close(self) -> None:
        """There is nothing to give back."""

    def _path(self, name: str) -> Path:
        return self._root / checked(name)


def checked(name: str) -> str:
    """The name, if it is one that every place can keep. Raises ValueError."""
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name) or name.endswith(_DRAFT):
        raise ValueError(f"not a name for an object: {name!r}")
    return name


def _write(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, suffix=_DRAFT, delete=False) as draft:
            try:
                draft.write(body)
                draft.flush()
                os.fdatasync(draft.fileno())  # or a crash could leave the name with nothing in it
                Path(draft.name).replace(path)
            except BaseException:
                with suppress(OSError):
                    Path(draft.name).unlink()
                raise
    except OSError as error:
        raise ObjectsUnavailable(f"{path.parent} can't be written: {error.strerror}.") from error


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ObjectsUnavailable(f"{path} can't be read: {error.strerror}.") from error


def _unlink(path: Path) -> None:
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise ObjectsUnavailable(f"{path} can't be deleted: {error.strerror}.") from error
