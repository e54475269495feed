"""Passwords: hashed with argon2id, off the event loop, a bounded number at a time."""

import functools

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106's second recommendation: 64 MiB, three passes, four lanes.
HASHER = PasswordHasher()
# Each costs 64 MiB and some 50 ms of a core: a crowd at the door waits in line instead of
# taking the machine with it.
_AT_ONCE = 2


async def hash_password(password: str) -> str:
    """The argon2id hash that is stored."""
    return await to_thread.run_sync(HASHER.hash, password, limiter=_limiter())


async def verify(stored: str | None, password: str) -> bool:
    """Whether this is the password. Takes the same time when there is nothing to compare with."""
    return await to_thread.run_sync(_verify, stored, password, limiter=_limiter())


def _verify(stored: str | None, password: str) -> bool:
    try:
        matches = HASHER.verify(stored or _nobodys_hash(HASHER), password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


@functools.cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")


@functools.cache
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(_AT_ONCE)
