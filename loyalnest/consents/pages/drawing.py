"""Pages as bytes. Whatever somebody wrote is escaped; the style is in the page, named by its hash.

Nothing runs, nothing else is fetched but the logo, and a form goes nowhere but here.
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response

from loyalnest import branding
from loyalnest.branding import Corners
from loyalnest.consents.pages.reader import Reader

_CORNERS = {Corners.SQUARE: "0", Corners.ROUNDED: ".5rem", Corners.ROUND: "1rem"}
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def draw(
    template: str, reader: Reader, more: Mapping[str, object], *, status: int = 200
) -> Response:
    """A page for whoever opened a link."""
    settings = reader.brand.settings
    palette = branding.palette_of(settings.colour)
    style = _templates.get_template("style.css").render(
        palette=palette, corner=_CORNERS[settings.corners]
    )
    html = _templates.get_template(f"{template}.html").render(
        speech=reader.speech,
        brand=reader.brand,
        palette=palette,
        style=Markup(style),  # noqa: S704 - made of colours and lengths of our own
        **more,
    )
    headers = {
        "Content-Language": reader.speech.language,
        "Content-Security-Policy": _policy(style),
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
    }
    return Response(html, status, headers, media_type="text/html")


def _policy(style: str) -> str:
    named = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{named}'; img-src 'self' data:;"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
