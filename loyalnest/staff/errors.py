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


class AboveYou(Forbidden):
    """You can only give a role, or change somebody's access, that goes no further than your own."""


class NotYourself(Forbidden):
    """Somebody else has to do this to you: nobody changes their own access."""


class LastOwner(Conflict):
    """A program needs an owner who can sign in; make somebody else an owner first."""


class MemberGone(Conflict):
    """They were removed from the staff; invite them again to take them back."""


class MemberSuspended(Conflict):
    """They are suspended; restore them first."""


class MemberStays(Conflict):
    """Remove somebody from the staff before you erase what is known of them."""


class MemberErasureUnconfirmed(Invalid):
    """Send the member's id as 'confirm' as well; this can't be undone."""


class LinkUsed(NotFound):
    """This link was used, replaced by a newer one, or taken back; ask for a new one."""


class LinkExpired(Conflict):
    """This link has expired; ask whoever sent it for a new one."""


class PasswordTooWeak(Invalid):
    """A password has 12 to 256 characters."""


class SignInFailed(Unauthenticated):
    """E-mail or password is wrong; if you work for several merchants, name one of them."""


class CurrentPasswordWrong(Forbidden):
    """The current password is not right."""


class SessionEnded(Unauthenticated):
    """This session has ended; sign in again."""


class SessionNotFound(NotFound):
    """There is no such session, or it has ended."""


class CredentialsInvalid(Unauthenticated):
    """This key or access token is not, or no longer, valid."""


class StoreUserUnknown(Unauthenticated):
    """This store's user is nobody on the staff yet; sign in once with your own password."""


class ApiKeyNotFound(NotFound):
    """There is no such API key."""


class NetworkRefused(Forbidden):
    """This program's staff sign in from certain networks only, and you are in none of them."""


class NetworkInvalid(Invalid):
    """Write a network like '203.0.113.0/24' or '2001:db8::/48', or one address: '203.0.113.7'."""


class AllowListStale(Conflict):
    """Somebody else has changed these networks since you read them; look at them again."""


class AllowListLocksOut(Conflict):
    """Your own address is in none of these networks: you would lock yourself out."""


class ScopeNotYours(Forbidden):
    """You can only give a key what you may do yourself."""


class ScopesMissing(Invalid):
    """Name at least one thing that the key may do."""


class NotSignedIn(Forbidden):
    """This is for people who signed in here with their password."""


class KeyNeeded(Forbidden):
    """Sessions for customers are given to programs: ask with an API key, or make a link."""


class NoVoucher(Forbidden):
    """Links for customers are made by staff or with an API key."""


class PassInvalid(Unauthenticated):
    """This link was used already, is too old, or never was one; ask for another."""


class TooManySignIns(RateLimited):
    """Too many attempts to sign in; wait before the next one."""
