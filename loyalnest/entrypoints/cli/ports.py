"""Ports on this machine for what is started beside the installation."""

import socket
from collections.abc import Collection

HERE = "127.0.0.1"
_TRIED = 20
"""Ports above the usual one, before any that is free is taken."""


def free_above(port: int, *, but: Collection[int] = ()) -> int:
    """The first free port above this one, else any; none that is spoken for already."""
    above = range(port + 1, min(port + _TRIED, 65535) + 1)
    return next((it for it in above if it not in but and _is_free(it)), None) or _any_free()


def address_at(port: int) -> str:
    """Where a browser on this machine finds what listens at a port."""
    return f"http://{HERE}:{port}"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HERE, port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return probe.getsockname()[1]
