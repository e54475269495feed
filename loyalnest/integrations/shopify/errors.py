"""What can be wrong with what Shopify sends."""

from collections.abc import Mapping
from typing import ClassVar

from loyalnest.kernel.errors import (
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    TooLarge,
    Unauthenticated,
)


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


class RequestAmbiguous(Malformed):
    """A parameter that says who or when comes twice; leave it to the shop to add it."""


class RequestTooOld(Unauthenticated):
    """This request was signed too long ago, or its clock is wrong; ask the shop again."""


class NobodyLoggedIn(Unauthenticated):
    """Nobody is logged in to this shop; log in there and come again."""


class IdTokenInvalid(Unauthenticated):
    """Shopify did not make this ID token for this app; open the app from Shopify's admin."""


class IdTokenExpired(Unauthenticated):
    """This ID token is too old, or a clock is wrong; ask Shopify for a fresh one."""

    # App Bridge then asks once more by itself, with a fresh one.
    headers: ClassVar[Mapping[str, str]] = {"X-Shopify-Retry-Invalid-Session-Request": "1"}


class AppNotConfigured(NotFound):
    """This installation is no app in Shopify's admin; its operator has to name the client ID."""


class ShopElsewhere(Forbidden):
    """This shop belongs to another merchant than the one you signed in to."""


class ShopUnknown(NotFound):
    """No merchant here has this shop."""
