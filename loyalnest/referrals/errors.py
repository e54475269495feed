"""What can go wrong with referrals."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound, RateLimited, Unavailable


class InvalidReferralCode(Invalid):
    """There is no such referral code; ask your friend to send it again."""


class DuplicateReferral(Conflict):
    """Somebody has brought this customer already; only the first referral counts."""


class SelfReferral(Invalid):
    """Nobody can bring themselves; pass the code on to a friend."""


class FriendNotNew(Invalid):
    """This customer has been here before; codes are for whoever comes for the first time."""


class ReferralsOff(Conflict):
    """This merchant has no referrals at the moment."""


class ReferralsPaused(Conflict):
    """Nobody new can be referred for a while; friends who were referred before still count."""


class ReferralsRefused(Conflict):
    """This customer takes no part in referrals; they may join again among their preferences."""


class InvitationsOff(Conflict):
    """The program sends no invitations this way at the moment; pass your link on yourself."""


class ReferralNotFound(NotFound):
    """There is no such referral."""


class ReferralSettingsChanged(Conflict):
    """Somebody else has changed these settings since you read them; look at them again."""


class TooManyClicks(RateLimited):
    """Too many clicks from one place; wait a moment."""


class MerchantNotNew(Conflict):
    """This merchant was here before; only a new one can be brought."""


class ReferrerUnknown(Invalid):
    """There is no merchant of this handle; ask whoever told you of us for theirs."""


class CodesExhausted(Unavailable):
    """No free code was found; try again."""


class DaysBackToFront(Invalid):
    """The first day comes before the last, and both within ten years."""
