"""What can be wrong with what Shopify sends."""

from loyalnest.kernel.errors import Invalid


class PayloadNotUnderstood(Invalid):
    """This body is not what Shopify documents for its topic; look at it and retry or drop it."""
