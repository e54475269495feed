"""Pages as bytes. Whatever somebody wrote is escaped; the style is in the page, named by its hash.

Of the looks of a program's own pages these take the sheet, so that all are of one kind.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response

from loyalnest import branding
from loyalnest.branding import Corners
from loyalnest.storefront.cards.guests import Reader

_HERE = Path(__file__).with_name("templates")
_CORNERS = {Corners.SQUARE: "0", Corners.ROUNDED: ".75rem", Corners.ROUND: "1.75rem"}
_templates = Environment(
    loader=ChoiceLoader(
        [
            FileSystemLoader(_HERE),
            PrefixLoader({"pages": FileSystemLoader(_HERE.parents[1] / "pages" / "templates")}),
        ]
    ),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def draw(
    template: str,
    reader: Reader,
    more: Mapping[str, object],
    *,
    status: int = 200,
    framed: bool = False,
) -> Response:
    """A page for a guest. `framed`: a page of ours may show it within itself."""
    settings = reader.brand.settings
    palette = branding.palette_of(settings.colour)
    style = _templates.get_template("style.css").render(
        palette=palette, corner=_CORNERS[settings.corners], steps=()
    )
    script = _script()
    html = _templates.get_template(f"{template}.html").render(
        speech=reader.speech,
        reader=reader,
        brand=reader.brand,
        palette=palette,
        style=Markup(style),  # noqa: S704 - made of colours and lengths of our own
        script=Markup(script),  # noqa: S704 - our own
        **more,
    )
    headers = {
        "Content-Language": reader.speech.language,
        "Content-Security-Policy": _policy(style, script, framed=framed),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(html, status, headers, media_type="text/html")


@cache
def _script() -> str:
    return (_HERE / "card.js").read_text(encoding="utf-8")


def _policy(style: str, script: str, *, framed: bool) -> str:
    around = "'self'" if framed else "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_named(style)}",
            f"script-src {_named(script)}",
            "img-src 'self' data:",
            "connect-src 'self'",
            "frame-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {around}",
        )
    )


def _named(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
