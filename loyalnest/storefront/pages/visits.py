"""Telling a visit from its repetitions, without keeping anything of whoever visits."""

import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers

_A_VISIT_S = 30 * 60
_AT_MOST = 50_000
# What looks at a page to show its title, or to list it, is nobody's visit.
_MACHINES = re.compile(
    r"bot\b|crawl|spider|preview|facebookexternalhit|whatsapp|slack|telegram|discord|skype|"
    r"lighthouse|curl|wget|python|monitor",
    re.IGNORECASE,
)


def is_somebody(method: str, headers: Headers) -> bool:
    """Whether a person opens the page, rather than a machine, or a browser that thinks ahead."""
    purpose = f"{headers.get('sec-purpose', '')} {headers.get('purpose', '')}".lower()
    ahead = "prefetch" in purpose or "preview" in purpose
    return method == "GET" and not ahead and not _MACHINES.search(headers.get("user-agent", ""))


class Visits:
    """Visits of the last half hour, as hashes whose key is forgotten with the process.

    For one process: who is answered by another one within a visit is counted again.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, at_most: int = _AT_MOST):
        self._clock = clock
        self._at_most = at_most
        self._key = secrets.token_bytes(32)
        self._ends: OrderedDict[bytes, float] = OrderedDict()

    def begins(self, *marks: str) -> bool:
        """Whether a visit of this kind begins now, rather than goes on."""
        told = "\0".join(marks).encode()
        name = hashlib.blake2b(told, key=self._key, digest_size=16).digest()
        now = self._clock()
        goes_on = self._ends.get(name, now) > now
        self._ends[name] = now + _A_VISIT_S
        self._ends.move_to_end(name)
        if len(self._ends) > self._at_most:
            self._ends.popitem(last=False)
        return not goes_on
