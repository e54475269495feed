"""Addresses and networks of the internet: how they are read, and how much of one is told."""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# A network that is told in records is one of many: it says which town or company, not which home.
_TOLD_PREFIXES = {4: 24, 6: 48}
_MAPPED_PREFIX = 96
_TRANSLATED = ip_network("64:ff9b::/96")
# One household or office gets a whole /64 of IPv6, in which browsers change their address daily.
_LINE_PREFIXES = {4: 32, 6: 64}


def read_address(text: str) -> Address | None:
    """An address as a socket or a proxy names it; None for anything else.

    IPv4 in the clothes of IPv6 (`::ffff:203.0.113.7`) is IPv4, and of a link-local address it
    doesn't matter at which of the machine's sockets it is.
    """
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def read_network(text: str) -> tuple[Address, Network] | None:
    """The address that a text like `203.0.113.7/24` names, and its network; None for anything else.

    One address alone is a network of one.
    """
    try:
        said = ip_interface(text.strip())
    except ValueError:
        return None
    if "%" in text:  # names a socket of some machine
        return None
    mapped = getattr(said.ip, "ipv4_mapped", None)
    if mapped is None or said.network.prefixlen < _MAPPED_PREFIX:
        return said.ip, said.network
    prefix = said.network.prefixlen - _MAPPED_PREFIX
    return mapped, ip_network((mapped, prefix), strict=False)


def read_networks(text: str) -> tuple[Network, ...]:
    """Networks and addresses separated by commas. Raises ValueError for anything else."""
    said = [part.strip() for part in text.split(",") if part.strip()]
    found = [read_network(part) for part in said]
    if None in found:
        raise ValueError(f"not a list of networks: {text}")
    return tuple(each[1] for each in found if each)


def is_public(address: Address) -> bool:
    """Whether everybody on the internet means the same machine by it.

    What is wrapped into IPv6 is what it is without: by IPv4-mapped addresses, 6to4, and the
    translators of RFC 6052 one could else reach a machine next door.
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _TRANSLATED:
            inner = IPv4Address(address.packed[-4:])
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def line_of(address: Address) -> Network:
    """What the line that an address is on has for itself: the address (IPv4), its /64 (IPv6)."""
    return ip_network((address, _LINE_PREFIXES[address.version]), strict=False)


def told(place: Address | Network) -> str:
    """What records say of an address or a network: at most a /24 (IPv4) or a /48 (IPv6) of it."""
    network = place if isinstance(place, IPv4Network | IPv6Network) else ip_network(place)
    prefix = min(network.prefixlen, _TOLD_PREFIXES[network.version])
    return str(ip_network((network.network_address, prefix), strict=False))
