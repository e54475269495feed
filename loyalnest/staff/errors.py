"""What can go wrong with people, keys and sessions."""

from loyalnest.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Unauthenticated,
)


class EmailInvalid(Invalid):
    """This is not an e-mail address; write it like 'name@example.com'."""


class MemberExists(Conflict):
    """Somebody with this e-mail address already belongs to this merchant's staff."""


class MemberNotFound(NotFound):
    """There is no such member of staff."""


class PasswordTooWeak(Invalid):
    """A password has 12 to 256 characters."""


class SignInFailed(Unauthenticated):
    """E-mail or password is wrong; if you work for several merchants, name one of them."""


class CurrentPasswordWrong(Forbidden):
    """The current password is not right."""


class SessionEnded(Unauthenticated):
    """This session has ended; sign in again."""


class CredentialsInvalid(Unauthenticated):
    """This key or access token is not, or no longer, valid."""


class ApiKeyNotFound(NotFound):
    """There is no such API key."""


class ScopeNotYours(Forbidden):
    """You can only give a key what you may do yourself."""


class ScopesMissing(Invalid):
    """Name at least one thing that the key may do."""


class NotSignedIn(Forbidden):
    """This is for people who signed in, not for API keys."""


class KeyNeeded(Forbidden):
    """Sessions for customers are given to programs: ask with an API key, or make a link."""


class NoVoucher(Forbidden):
    """Links for customers are made by staff or with an API key."""


class PassInvalid(Unauthenticated):
    """This link was used already, is too old, or never was one; ask for another."""


class TooManySignIns(RateLimited):
    """Too many attempts to sign in; wait before the next one."""
