"""Which machines a merchant's mail server may be: those on the internet, and those allowed.

A merchant who names a server names a host that this installation will connect to. It must not be
one that only the operator's own network reaches: a database, a neighbour, a cloud's metadata.
"""

import asyncio
import socket
from collections.abc import Sequence

from loyalnest.kernel.networks import Network, is_public, read_address


class HostForbidden(Exception):
    """The host lies where merchants' servers may not."""


async def reached(host: str, port: int, inside: Sequence[Network]) -> socket.socket:
    """A connection to the first address of a host that may be, and is, reached.

    The name is looked up once, and what was judged is what is connected to: a name that leads
    elsewhere a moment later leads nowhere. Raises HostForbidden, OSError.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    allowed = [it for it in found if _may_be(str(it[4][0]), inside)]
    if not allowed:
        raise HostForbidden
    failed: OSError | None = None
    for family, kind, protocol, _, place in allowed:
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, place)
        except OSError as error:
            sock.close()
            failed = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failed or OSError


def _may_be(text: str, inside: Sequence[Network]) -> bool:
    address = read_address(text)
    if address is None:
        return False
    return is_public(address) or any(
        address.version == network.version and address in network for network in inside
    )
