"""How a mail looks: one layout for all, in the colours of whoever speaks.

Tables and styles within the tags, because mail programs know no better; the colours of the dark are
asked for by the reader's program, and those that turn colours round by themselves find enough
contrast either way.
"""

from functools import cache, lru_cache
from pathlib import Path

import jinja2
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from loyalnest.branding import Corners
from loyalnest.kernel.languages import RIGHT_TO_LEFT
from loyalnest.templates.values import Voice

_LAYOUT = Path(__file__).with_name("layout.html")
_KEPT = 1_024
# Behind the preheader, so that a list of mails doesn't go on with the body.
_FILLER = Markup("&#847;&zwnj;&nbsp;") * 60
_CORNERS = {Corners.SQUARE: "0", Corners.ROUNDED: "8px", Corners.ROUND: "24px"}
_LOGO_AT_MOST = (200, 64)


@cache
def layout(environment: SandboxedEnvironment) -> jinja2.Template:
    """What is around every mail."""
    source = _LAYOUT.read_text(encoding="utf-8")
    return environment.from_string(source)


@lru_cache(_KEPT)
def _looks(colour: str, on_colour: str, text: str, dark: str, corners: Corners) -> dict[str, str]:
    corner = _CORNERS[corners]
    label = f"display:inline-block;padding:12px 24px;color:{on_colour};font-weight:600"
    looks = {
        "colour": colour,
        "dark": dark,
        "corner": corner,
        "b_colour": colour,
        "b_button": f"background:{colour};border-radius:{corner};mso-padding-alt:12px 24px",
        "b_label": f"{label};text-decoration:none",
        "b_heading": "margin:0 0 16px;color:#202223;font-size:24px;line-height:1.25"
        ";font-weight:600",
        "b_link": f"color:{text};text-decoration:underline",
        # On one line, so that it is read and copied as one; what is longer than a phone is wide
        # can be pushed aside.
        "b_code": "margin:0 0 16px;padding:14px 12px;background:#f3f4f4;color:#202223;border:1px"
        f" dashed #8a9094;border-radius:{corner};text-align:center;white-space:nowrap"
        ";overflow-x:auto;font:600 20px/1.3 ui-monospace,Consolas,Menlo,monospace"
        ";letter-spacing:.5px",
    }
    return {name: Markup(look) for name, look in looks.items()}  # noqa: S704 - ours and checked


def look_of(voice: Voice) -> dict[str, object]:
    """What a merchant's brand decides: its colours were checked when they were saved."""
    palette = voice.palette
    look: dict[str, object] = dict(
        _looks(palette.colour, palette.on_colour, palette.text, palette.text_in_dark, voice.corners)
    )
    look |= {"program": voice.program, "logo": voice.logo, "filler": _FILLER}
    if voice.logo:
        width, height = voice.logo_size
        scale = min(1.0, _LOGO_AT_MOST[0] / max(width, 1), _LOGO_AT_MOST[1] / max(height, 1))
        look |= {
            "logo_width": max(1, round(width * scale)),
            "logo_height": max(1, round(height * scale)),
        }
    return look


def sides_of(language: str) -> dict[str, str]:
    """From which side a language is read."""
    turned = language in RIGHT_TO_LEFT
    return {"direction": "rtl" if turned else "ltr", "start": "right" if turned else "left"}


def lit(html: str, *, dark: bool) -> str:
    """A mail as it is read by this light, whatever the reader's program prefers."""
    light = "dark" if dark else "light"
    changes = {
        "@media (prefers-color-scheme:dark)": f"@media {'all' if dark else 'not all'}",
        'content="light dark"': f'content="{light}"',
        "color-scheme:light dark": f"color-scheme:{light}",
    }
    head, _, rest = html.partition("</head>")
    for before, after in changes.items():
        head = head.replace(before, after)
    return f"{head}</head>{rest}"
