"""Pages as bytes: what stands on them, put into their templates.

Everything that somebody wrote is escaped where it is put in. The style is in the page, and named by
its hash: nothing else is fetched before it is there to be read, and nothing else may style it. On a
shop's own domain the widget adds what a reader has; where nobody can be signed in nothing runs.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from loyalnest import branding
from loyalnest.branding import Corners
from loyalnest.storefront.pages.facts import Facts
from loyalnest.storefront.pages.sheet import Sheet, Step
from loyalnest.storefront.pages.structured import structured
from loyalnest.storefront.pages.values import Place

_CORNERS = {Corners.SQUARE: "0", Corners.ROUNDED: ".75rem", Corners.ROUND: "1.75rem"}


def _lines(words: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in words.split("\n"))


_templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_templates.filters["lines"] = _lines


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page, and what a browser has to be told with it."""

    html: bytes
    language: str
    policy: str
    """Of what it may load: its own style, its pictures, and the widget on a shop's own domain."""

    @property
    def headers(self) -> dict[str, str]:
        """What a browser is told."""
        return {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Language": self.language,
            "Content-Security-Policy": self.policy,
        }


def draw(sheet: Sheet) -> Drawn:
    """A page about the program."""
    more = {
        "sheet": sheet,
        "title": sheet.title,
        "picture": sheet.facts.pictures[sheet.page],
        "own": sheet.facts.pages[sheet.page].settings.words_in(sheet.facts.speech.language),
        "structured": structured(sheet),
    }
    return _drawn(f"{sheet.page}.html", sheet.facts, sheet.place, more, steps=sheet.steps)


def draw_landing(facts: Facts, place: Place, more: Mapping[str, object]) -> Drawn:
    """Where a friend lands."""
    return _drawn("landing.html", facts, place, more)


def draw_own(name: str, facts: Facts, place: Place, more: Mapping[str, object]) -> Drawn:
    """A customer's own page: what is theirs, and forms that go nowhere but here."""
    title = facts.speech.say("page.yours" if name == "account" else "page.signIn")
    return _drawn(f"{name}.html", facts, place, {"title": title, **more}, forms="'self'")


def _drawn(
    template: str,
    facts: Facts,
    place: Place,
    more: Mapping[str, object],
    *,
    steps: Sequence[Step] = (),
    forms: str = "'none'",
) -> Drawn:
    settings = facts.brand.settings
    palette = branding.palette_of(settings.colour)
    corner = _CORNERS[settings.corners]
    style = _templates.get_template("style.css").render(palette=palette, corner=corner, steps=steps)
    html = _templates.get_template(template).render(
        facts=facts,
        speech=facts.speech,
        brand=facts.brand,
        home=facts.home,
        place=place,
        palette=palette,
        style=Markup(style),  # noqa: S704 - made of colours and lengths of our own
        **more,
    )
    elsewhere = _origin(place.installation) if place.session else ""
    return Drawn(html.encode(), facts.speech.language, _policy(style, elsewhere, forms))


def _policy(style: str, elsewhere: str, forms: str) -> str:
    """`elsewhere` is where the widget and pictures come from, if not from where the page does."""
    named = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            *([f"script-src {elsewhere}"] if elsewhere else []),
            f"style-src 'sha256-{named}'",
            f"img-src 'self' data: {elsewhere}".rstrip(),
            # Where nothing runs it is for tools in the browser that look for robots.txt.
            f"connect-src 'self' {elsewhere}".rstrip(),
            "base-uri 'none'",
            f"form-action {forms}",
            "frame-ancestors 'none'",
        )
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
