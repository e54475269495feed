"""Pure decisions: what a role may do, what an address and a password must be."""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email

from loyalnest.kernel.networks import Address, Network, read_network
from loyalnest.staff.errors import (
    AboveYou,
    AllowListLocksOut,
    EmailInvalid,
    LinkExpired,
    LinkUsed,
    NetworkInvalid,
    NetworkRefused,
    PasswordTooWeak,
    ScopeNotYours,
    ScopesMissing,
)
from loyalnest.staff.values import OwnScope, Role, Scope

KEY_PREFIX = "lnk_"
REFRESH_PREFIX = "lnr_"
CUSTOMER_PREFIX = "lnc_"
LINK_PREFIX = "lno_"
CUSTOMER_SESSION = timedelta(minutes=15)
LINK_LIFETIME = timedelta(minutes=15)
REFRESH_OVERLAP = timedelta(seconds=10)
"""How long after its use a refresh token is still answered with another pair."""
INVITATION_PREFIX = "lni_"
INVITATION_LASTS, RESET_LASTS = timedelta(days=7), timedelta(days=1)
_SECRET_BYTES = 32
NETWORKS_AT_MOST = 100
_PASSWORD_LENGTH = range(12, 257)
# Without look-alikes: somebody may have to read it from a screen.
_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"

_READING = frozenset(scope for scope in Scope if scope.value.endswith(":read"))
SCOPES_OF: Mapping[Role, frozenset[Scope]] = {
    Role.OWNER: frozenset(Scope),
    # A key outlives whoever made it, and a list of networks shuts people out, so both are for
    # those alone who answer for the whole program.
    Role.MANAGER: frozenset(Scope) - {Scope.KEYS_WRITE, Scope.ACCESS_WRITE},
    Role.STAFF: frozenset(
        {
            Scope.CUSTOMERS_READ,
            Scope.CUSTOMERS_WRITE,
            Scope.POINTS_READ,
            Scope.POINTS_WRITE,
            Scope.ORDERS_READ,
            Scope.PROGRAM_READ,
        }
    ),
    Role.ANALYST: _READING - {Scope.INBOX_READ, Scope.STAFF_READ},
}


def normalised_email(email: str) -> str:
    """An address as it is looked up. Looks nothing up on a network. Raises EmailInvalid."""
    try:
        checked = validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise EmailInvalid from None
    return checked.normalized.lower()


def composed(password: str) -> str:
    """The same password, however a keyboard composes its accents."""
    return unicodedata.normalize("NFKC", password)


def checked_password(password: str) -> str:
    """A new password, composed. Raises PasswordTooWeak."""
    password = composed(password)
    if len(password) not in _PASSWORD_LENGTH:
        raise PasswordTooWeak
    return password


def made_up_password() -> str:
    """A password of 20 characters that nobody has chosen (115 bits)."""
    return "".join(secrets.choice(_LETTERS) for _ in range(20))


def new_secret(prefix: str) -> str:
    """A secret of 256 bits that tells what it is for."""
    return prefix + secrets.token_urlsafe(_SECRET_BYTES)


def secret_hash(secret: str | bytes) -> bytes:
    """How a made-up secret is kept: SHA-256, which is enough where nothing can be guessed."""
    return hashlib.sha256(secret if isinstance(secret, bytes) else secret.encode()).digest()


def hint_of(secret: str) -> str:
    """The end of a secret, to tell one key from another."""
    return f"{KEY_PREFIX}…{secret[-4:]}"


def check_granted(wanted: Collection[Scope], granter: Collection[str]) -> None:
    """Raises ScopesMissing, ScopeNotYours."""
    if not wanted:
        raise ScopesMissing
    beyond = sorted(set(wanted) - set(granter))
    if beyond:
        raise ScopeNotYours(f"You can't give away '{beyond[0]}': your own access lacks it.")


def own_scopes(granter: Collection[str]) -> frozenset[OwnScope]:
    """What customers may do on somebody's word: at most what those could do for them.

    Whoever takes customers in (`customers:write`) lets them see what they have; only who may
    touch points lets them be spent.
    """
    if Scope.CUSTOMERS_WRITE not in granter:
        return frozenset()
    if Scope.POINTS_WRITE not in granter:
        return frozenset({OwnScope.READ})
    return frozenset(OwnScope)


def check_not_above(role: Role, caller: Collection[str]) -> None:
    """Nobody gives a role, or touches somebody, that may do more than they. Raises AboveYou."""
    if not SCOPES_OF[role] <= set(caller):
        raise AboveYou


def check_link(kept: bytes | None, expires_at: datetime | None, secret: str, now: datetime) -> None:
    """Raises LinkUsed, LinkExpired."""
    if kept is None or expires_at is None or not hmac.compare_digest(kept, secret_hash(secret)):
        raise LinkUsed
    if expires_at <= now:
        raise LinkExpired


def network(text: str) -> Network:
    """A network as it is kept: one address alone is a network of one. Raises NetworkInvalid.

    What may be meant in two ways is refused with both of them, rather than taken for one.
    """
    read = read_network(text)
    if read is None:
        raise NetworkInvalid
    address, network = read
    if network.prefixlen == 0:
        raise NetworkInvalid(f"'{network}' is anywhere: leave the list empty instead.")
    if address != network.network_address:
        raise NetworkInvalid(
            f"'{text.strip()}' names an address and a network: write '{network}' for the whole"
            f" network, or '{address}' for the one address."
        )
    return network


def check_place(networks: Collection[Network], address: Address | None) -> None:
    """Whether somebody may come in from where they are. Raises NetworkRefused."""
    if networks and not _holds(networks, address):
        raise NetworkRefused


def check_keeps_in(networks: Collection[Network], address: Address | None) -> None:
    """Nobody shuts the door behind themselves. Raises AllowListLocksOut."""
    if networks and not _holds(networks, address):
        here = f"Your own address, {address}," if address else "Where you are now"
        raise AllowListLocksOut(
            f"{here} is in none of these networks: you would lock yourself out. Add it first."
        )


def _holds(networks: Iterable[Network], address: Address | None) -> bool:
    return address is not None and any(address in each for each in networks)


# The first that is named wins: most browsers claim to be several others too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str | None:
    """What somebody signs in from, told roughly enough to be nobody's fingerprint."""
    found = [
        next((name for mark, name in kinds if mark in user_agent), None)
        for kinds in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name) or None
