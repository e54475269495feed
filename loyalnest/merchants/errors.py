"""What can go wrong with merchants and their stores."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class HandleTaken(Conflict):
    """Another merchant has this handle; choose a different one."""


class HandleInvalid(Invalid):
    """A handle has 1 to 63 lower-case letters, digits and hyphens, and begins without a hyphen."""


class CurrencyUnknown(Invalid):
    """This is not a currency of ISO 4217; write it as three capital letters, like 'EUR'."""


class TimeZoneUnknown(Invalid):
    """This is not a time zone of the IANA database; write it like 'Europe/London'."""


class NameMissing(Invalid):
    """A name has 1 to 200 characters."""


class StoreTaken(Conflict):
    """This store already belongs to a merchant of this installation."""


class StoreNotFound(NotFound):
    """The merchant has no such store."""


class WebAddressInvalid(Invalid):
    """A web address is a scheme and a host with a name, like 'https://www.example.com'."""


class WebAddressNotSafe(WebAddressInvalid):
    """A web address begins with 'https://', or with 'http://localhost' for tries on one machine."""


class WebAddressHasPath(WebAddressInvalid):
    """A web address ends with its host: a browser doesn't say which page of it asks."""


class WebAddressWildcard(WebAddressInvalid):
    """Name each web address by itself, without '*': others may own what lies under a domain."""


class TooManyWebAddresses(Invalid):
    """A store has at most 20 web addresses."""


class WebAddressesStale(Conflict):
    """Somebody else has changed these web addresses since you read them; look at them again."""


class MerchantNotFound(NotFound):
    """There is no such merchant."""


class ProgramStale(Conflict):
    """Somebody else has changed the program since you read it; look at it again."""


class VersionNotFound(NotFound):
    """The program has no version with this number."""


class SwitchUnknown(NotFound):
    """The program has no such switch; `GET /v1/api/program/switches` lists them."""
