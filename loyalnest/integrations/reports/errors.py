"""What can be wrong with what a vendor sends."""

from loyalnest.kernel.errors import Invalid, NotFound, TooLarge, Unauthenticated


class ReportUnsigned(Unauthenticated):
    """The signature does not fit; the vendor signs with the secret that this sender has."""


class ReportNotUnderstood(Invalid):
    """This is not what the vendor documents; look at it and retry or drop it."""


class ReportTooLarge(TooLarge):
    """The body is larger than a delivery may be; see LOYALNEST_WEBHOOK_MAX_BYTES."""


class SenderUnknown(NotFound):
    """No sender here has this address."""
