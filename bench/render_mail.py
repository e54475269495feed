"""render-mail: mails a second that are rendered on one core, each for another customer.

A mail is its subject, its HTML and its plain text, out of the words that come with the product, in
a brand's colours with its logo. No two are alike: another name, other figures, another day, other
links. Languages take turns, one of them from right to left; the slowest is told. Nothing is written
and nothing asked of a database: that is what sending measures.
"""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from bench.figure import Figure, Goal, Measured, Run
from loyalnest import branding, templates
from loyalnest.templates import Channel, Links, Occasion, Template, Value, Voice
from loyalnest.templates.builtin import words_of

_LANGUAGES = ("en", "de", "ru", "ja", "ar")
_MAILS = 20_000
_FIRST = date(2027, 1, 1)
_VOICE = Voice(
    merchant_id=UUID(int=1),
    program="Café Nord & Söhne",
    palette=branding.palette_of("#0b6e5e"),
    corners=branding.Corners.ROUNDED,
    logo="https://nest.example/media/mer_1/logo.webp",
    logo_size=(512, 128),
)


async def measure(run: Run) -> Measured:
    """Processor time of one thread, after each template was compiled once."""
    mails = run.count(_MAILS, 1_000)
    rates: dict[str, float] = {}
    size = 0
    for language in _LANGUAGES:
        template = _template(language)
        for variables, links in _customers(1):
            templates.render(template, variables, links=links)
        customers = list(_customers(mails))
        began = time.thread_time()
        for variables, links in customers:
            made = templates.render(template, variables, links=links)
            size = max(size, len((made.html or "").encode()))
        rates[language] = mails / (time.thread_time() - began)
    note = ", ".join(f"{language} {rate:,.0f}/s" for language, rate in rates.items())
    return Measured(min(rates.values()), note=f"{note}; at most {size / 1024:.1f} KB of HTML")


def _template(language: str) -> Template:
    about = (Occasion.POINTS_EXPIRING, Channel.EMAIL, language)
    return Template(*about, version=0, words=words_of(*about), voice=_VOICE)


def _customers(wanted: int) -> Iterator[tuple[dict[str, Value], Links]]:
    for number in range(wanted):
        variables: dict[str, Value] = {
            "name": f"Anna <{number}>",
            "points": 100 + number,
            "expires_on": str(_FIRST + timedelta(days=number % 60)),
            "link": f"https://shop.example/loyalty?customer={number}&from=mail",
        }
        address = f"https://nest.example/u/{number:032x}"
        yield variables, Links(unsubscribe=address, preferences=address)


FIGURE = Figure(
    name="render-mail",
    unit="mails/s",
    goal=Goal("at least 5,000 HTML mails/s on one core, in every language", at_least=5_000),
    measure=measure,
)
