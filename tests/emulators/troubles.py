"""What can go wrong between us and a vendor, said by a test beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Say:
    """Answer this instead, without doing anything."""

    status: int
    content: Any = field(default_factory=dict[str, Any])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def too_many(cls, retry_after_s: int | None = None) -> "Say":
        """429, with how long to wait where the vendor says so."""
        headers = {} if retry_after_s is None else {"retry-after": str(retry_after_s)}
        return cls(429, headers=headers)


@dataclass(frozen=True, slots=True)
class Delay:
    """Do it and answer, but only after a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hang:
    """Keep the connection open and never answer. With `done` the request was carried out."""

    done: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """Hang up in place of an answer. With `done` the request was carried out."""

    done: bool = False


@dataclass(frozen=True, slots=True)
class Garbage:
    """Answer bytes that mean nothing: no HTTP, or with `status` a page where JSON is due."""

    raw: bytes = b"\x00\xff\x17 not a word of this\r\n\r\n"
    status: int | None = None


Trouble: TypeAlias = Say | Delay | Hang | Cut | Garbage
