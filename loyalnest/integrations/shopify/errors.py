"""What can be wrong with what Shopify sends."""

from loyalnest.kernel.errors import Invalid, Malformed, NotFound, TooLarge, Unauthenticated


class PayloadNotUnderstood(Invalid):
    """This body is not what Shopify documents for its topic; look at it and retry or drop it."""


class BodyNotJson(Malformed):
    """The body is not a JSON object in UTF-8; send it as it was signed."""


class BodyTooLarge(TooLarge):
    """The body is larger than a delivery may be; see LOYALNEST_WEBHOOK_MAX_BYTES."""


class TopicMissing(Malformed):
    """The header X-Shopify-Topic is missing; it says what the delivery is about."""


class SignatureInvalid(Unauthenticated):
    """The signature does not fit the body; sign the raw bytes with the app's secret."""


class ShopUnknown(NotFound):
    """No merchant here has this shop."""
