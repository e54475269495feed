"""Locks that the kernel frees when their holder ends, however it ends."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


def take(path: Path, *, shared: bool = False, wait: bool = True) -> int | None:
    """Take the lock and return its handle (close it to let go); None if `wait` is off and it is
    taken."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(handle, mode if wait else mode | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except BaseException:
        os.close(handle)
        raise
    return handle


def is_free(path: Path, *, shared: bool = False) -> bool:
    """Whether the lock could be had right now."""
    handle = take(path, shared=shared, wait=False)
    if handle is None:
        return False
    os.close(handle)
    return True


@contextmanager
def held(path: Path) -> Generator[None]:
    """Hold the lock alone for the duration."""
    handle = take(path)
    assert handle is not None
    try:
        yield
    finally:
        os.close(handle)
