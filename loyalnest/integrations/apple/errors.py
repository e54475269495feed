"""What can be wrong with the certificate that passes are signed with; an operator mends it."""

from loyalnest.kernel.errors import Unavailable


class AppleSettingsIncomplete(Unavailable):
    """Some settings of Apple's certificate are set and others are missing."""


class AppleCertificateUnreadable(Unavailable):
    """The file of a certificate is missing, or holds none."""


class AppleKeyUnreadable(Unavailable):
    """The file of the private key is missing, holds none for RSA, or has another password."""


class AppleKeyMismatched(Unavailable):
    """The private key belongs to another certificate."""


class ApplePassTypeMismatched(Unavailable):
    """The certificate is for another pass type identifier."""


class AppleTeamMismatched(Unavailable):
    """The certificate is another team's."""


class AppleIntermediateMismatched(Unavailable):
    """The certificate was issued by another intermediate than the one that is set."""


class AppleCertificateExpired(Unavailable):
    """A certificate that passes are signed with has run out; get a new one from Apple."""


class AppleCertificateNotYetValid(Unavailable):
    """A certificate that passes are signed with is not valid yet; is the clock right?"""
