"""What a merchant's particulars must look like."""

import re
from collections.abc import Sequence
from zoneinfo import available_timezones

from loyalnest.kernel import currencies
from loyalnest.merchants.errors import (
    CurrencyUnknown,
    HandleInvalid,
    NameMissing,
    SwitchUnknown,
    TimeZoneUnknown,
    WebAddressHasPath,
    WebAddressInvalid,
    WebAddressNotSafe,
    WebAddressWildcard,
)
from loyalnest.merchants.values import ProgramSettings, ProgramVersion, Switch

_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
ADDRESSES_AT_MOST = 20
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_WEB_ADDRESS = re.compile(
    rf"https://(?P<host>(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9]))(?::(?P<port>[0-9]{{1,5}}))?/?"
)
_THIS_MACHINE = re.compile(r"http://(?P<host>localhost|127\.0\.0\.1)(?::(?P<port>[0-9]{1,5}))?/?")
_SAID_OF_THIS_MACHINE = re.compile(r"http://(?:localhost|127\.0\.0\.1)(?:[:/?#]|$)")
_WITH_PATH = re.compile(r"https?://[^/?#]+/*[/?#][^/]")
_USUAL_PORTS = {"https": 443, "http": 80}
_LONGEST_HOST = 253
_RULE = "rule."
_TIME_ZONES = frozenset(available_timezones())


def check_particulars(*, handle: str, name: str, currency: str, time_zone: str) -> None:
    """Raises HandleInvalid, NameMissing, CurrencyUnknown, TimeZoneUnknown."""
    if not _HANDLE.fullmatch(handle):
        raise HandleInvalid
    check_name(name)
    if not currencies.is_currency(currency):
        raise CurrencyUnknown
    if time_zone not in _TIME_ZONES:
        raise TimeZoneUnknown


def check_name(name: str) -> None:
    """Raises NameMissing."""
    if not 1 <= len(name.strip()) <= 200 or "\0" in name:
        raise NameMissing


def web_address(text: str) -> str:
    """An address as a browser names the origin of its pages.

    By https, and a host with a name: whoever can write on the wire between could be any other.
    What comes from this machine itself crosses no wire, and browsers trust it alike by http
    (https://www.w3.org/TR/secure-contexts/#is-origin-trustworthy).
    Raises WebAddressInvalid, or the kind of it that says what is wrong.
    """
    said = text.strip().lower()
    if "*" in said:
        raise WebAddressWildcard
    found = _WEB_ADDRESS.fullmatch(said) or _THIS_MACHINE.fullmatch(said)
    if found is None and said.startswith("http://") and not _SAID_OF_THIS_MACHINE.match(said):
        raise WebAddressNotSafe
    if found is None and _WITH_PATH.match(said):
        raise WebAddressHasPath
    if found is None or len(found["host"]) > _LONGEST_HOST:
        raise WebAddressInvalid
    scheme, port = said.partition(":")[0], found["port"]
    if port is not None and not 0 < int(port) < 2**16:
        raise WebAddressInvalid
    beside = "" if port is None or int(port) == _USUAL_PORTS[scheme] else f":{int(port)}"
    return f"{scheme}://{found['host']}{beside}"


def may_be_page(origin: str) -> bool:
    """Whether an origin that a browser names could be the address of a store's pages."""
    return origin.startswith("https://") or _THIS_MACHINE.fullmatch(origin) is not None


def normalised_domain(domain: str) -> str:
    """A domain as it is looked up: without blanks, a dot at the end or capital letters."""
    return domain.strip().rstrip(".").lower()


def switches_of(settings: ProgramSettings) -> dict[str, Switch]:
    """How everything stands that can be switched: the program, its parts, its earning rules."""
    parts = {name: Switch(value) for name, value in settings.switches}
    return parts | {f"{_RULE}{name}": rule.state for name, rule in settings.actions.items()}


def switched(settings: ProgramSettings, switch: str, state: Switch) -> ProgramSettings:
    """The settings with one switch set. Raises SwitchUnknown."""
    if switch not in switches_of(settings):
        raise SwitchUnknown
    action = switch.removeprefix(_RULE)
    if action == switch:
        switches = settings.switches.model_copy(update={switch: state})
        return settings.model_copy(update={"switches": switches})
    rule = settings.actions[action].model_copy(update={"state": state})
    return settings.model_copy(update={"actions": {**settings.actions, action: rule}})


def standing_since(versions: Sequence[ProgramVersion], switch: str) -> ProgramVersion:
    """The version that set a switch to how it stands now."""
    *earlier, setter = versions
    state = switches_of(setter.settings).get(switch)
    for version in reversed(earlier):
        if switches_of(version.settings).get(switch) is not state:
            break
        setter = version
    return setter
