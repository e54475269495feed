"""Answers that are the same for everybody, as the bytes that are sent."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response

BYTES_AT_MOST = 32 * 1024 * 1024
"""So much of them is kept by whoever keeps any."""
SHARED = "public, max-age=60, stale-while-revalidate=600"
"""For how long any cache may have one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent to whoever asks for it."""

    packed: bytes
    """By gzip, which every browser takes."""
    tag: str
    """Changes with what is sent."""
    headers: Mapping[str, str]

    @classmethod
    def of(cls, body: bytes, headers: Mapping[str, str]) -> "Answer":
        """An answer with this body, and what is said of it besides."""
        tag = hashlib.sha256(body).hexdigest()[:32]
        told = {"Cache-Control": SHARED, "Vary": "Accept-Encoding", **headers}
        return cls(gzip.compress(body, 6, mtime=0), tag, told)

    @property
    def weight(self) -> int:
        """In bytes."""
        return len(self.packed)

    def told(self, asked: Headers) -> Response:
        """The response to a request with these headers.

        A strong tag names the bytes, packed or not; who has either has what there is.
        """
        packed = takes_gzip(asked.get("accept-encoding", ""))
        told = {**self.headers, "ETag": f'"{self.tag}"' if packed else f'"{self.tag}-plain"'}
        if f'"{self.tag}' in asked.get("if-none-match", ""):
            return Response(status_code=304, headers=told)
        if packed:
            return Response(self.packed, headers={**told, "Content-Encoding": "gzip"})
        return Response(gzip.decompress(self.packed), headers=told)


def takes_gzip(accepted: str) -> bool:
    """What a header `Accept-Encoding` says of gzip."""
    for each in accepted.lower().split(","):
        coding, _, parameter = each.partition(";")
        if coding.strip() in ("gzip", "*"):
            return parameter.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
