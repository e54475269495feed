"""What can go wrong with a merchant's branding."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable


class BrandingStale(Conflict):
    """Somebody else has changed the branding since you read it; look at it again."""


class LogoTooLarge(TooLarge):
    """A logo has at most 2 MB; save it smaller, 512 pixels wide are enough."""


class LogoTooManyPixels(Invalid):
    """A logo has at most 16 million pixels; save it smaller, 512 pixels wide are enough."""


class LogoNotAnImage(Invalid):
    """This is no PNG, JPEG or WebP picture, or it is damaged; save it as one of these again."""


class LogoIsSvg(Invalid):
    """An SVG can carry scripts and is not taken; save it as PNG, 512 pixels wide or more."""


class LogoNotFound(NotFound):
    """There is no such picture, or not any more; upload it first."""


class PicturesBusy(Unavailable):
    """Many pictures came at the same moment; try again in a few seconds."""
