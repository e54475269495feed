"""Where a request comes from, when proxies stand before the door.

The socket says who is connected. What a proxy claims in `X-Forwarded-For` counts only when that
proxy is trusted by setting: anybody can write a header.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from loyalnest.kernel.networks import Address, Network, line_of, read_address, told


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from."""

    address: Address | None
    forwarded: bool
    """Whether somebody in between says so, or the socket itself."""
    https: bool

    @property
    def counted_as(self) -> str:
        """What limits count by."""
        if isinstance(self.address, IPv6Address):
            return str(line_of(self.address))
        return str(self.address or "local")

    @property
    def network(self) -> str | None:
        """What records say of it."""
        return None if self.address is None else told(self.address)

    @property
    def is_this_machine(self) -> bool:
        """Whether the request was made here, and not by a proxy that runs here for others."""
        return self.address is not None and self.address.is_loopback and not self.forwarded


class Origins:
    """Puts on a request where it comes from.

    An installation that people reach by https is reached by https, whatever its proxy says.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network], *, public_https: bool):
        self.app = app
        self.trusted = trusted
        self.public_https = public_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            origin = origin_of(scope, self.trusted)
            origin = replace(origin, https=origin.https or self.public_https)
            scope["state"]["origin"], scope["state"]["address"] = origin, origin.counted_as
        await self.app(scope, receive, send)


def origin_of(scope: Scope, trusted: Sequence[Network]) -> Origin:
    """Where a request comes from, given the proxies that are trusted."""
    headers = Headers(scope=scope)
    client = scope.get("client")
    address = read_address(client[0]) if client else None
    forwarded = "x-forwarded-for" in headers or "forwarded" in headers
    https = scope.get("scheme") in {"https", "wss"}
    if _is_in(address, trusted):
        https = https or headers.get("x-forwarded-proto", "").lower() == "https"
        hops = ",".join(headers.getlist("x-forwarded-for")).split(",")
        for hop in reversed([hop.strip() for hop in hops if hop.strip()]):
            address = read_address(hop)
            if not _is_in(address, trusted):
                break
    return Origin(address, forwarded, https)


def networks(texts: Iterable[str]) -> list[Network]:
    """Networks from their text form (`10.0.0.0/8`, `::1`)."""
    return [ip_network(text.strip(), strict=False) for text in texts if text.strip()]


def _is_in(address: Address | None, trusted: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in trusted)
