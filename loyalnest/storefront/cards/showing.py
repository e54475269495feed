"""The card on its owner's phone, which draws itself anew.

Whoever wrote a number that was somebody's already sees what they would see had it been nobody's: a
card as new as it can be, whose code makes staff ask for the name. Where a wallet's button leads
tells the two apart all the same, and so does what a decoder reads from the code (ADR 0026).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from loyalnest import stamps
from loyalnest.stamps import CardState, enrolling
from loyalnest.storefront.cards.drawing import draw
from loyalnest.storefront.cards.guests import Guests, Reader, reader_of
from loyalnest.storefront.cards.joining import tongues
from loyalnest.storefront.cards.pictures import code_of, grid_of

_REDRAWN_S = 20
_FRESH_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Held:
    """A card in somebody's hand."""

    session: AsyncSession
    reader: Reader
    state: CardState
    link: enrolling.Link
    at: str
    """Where its page is."""
    now: datetime

    @property
    def collected(self) -> int:
        """What is to be seen on it: what it began with, unless more may be told."""
        begun = min(self.state.terms.welcome_stamps, self.state.terms.needed)
        return self.state.collected if self.link.proven else begun

    @property
    def fresh(self) -> bool:
        """Whether it is as new as it can be."""
        age = self.now - self.state.card.opened_at
        return not self.link.proven or (
            age < _FRESH_FOR and self.collected <= self.state.terms.welcome_stamps
        )

    def say(self, key: str, **filled: str) -> str:
        """A text of these pages."""
        return self.reader.speech.say(f"enrol.{key}", **filled)


class Showing:
    """The page of every card."""

    def __init__(self, guests: Guests):
        self._guests = guests

    async def card(self, request: Request) -> Response:
        """The whole page. Raises CardLinkOver where there is no such card."""
        merchant_id = enrolling.merchant_in(request.path_params["token"])
        async with self._guests.database.tenant(merchant_id) as session:
            held = await self._held(session, request)
            if isinstance(held, Response):
                return held
            terms = held.state.program.terms
            more = {
                **await _face(held),
                "title": held.reader.wanted.said_in(terms.names, terms.name),
                "at": held.at,
                "fresh": held.fresh,
                "wallets": await self._wallets(held),
                "tongues": tongues(),
            }
            return draw("card", held.reader, more)

    async def face(self, request: Request) -> Response:
        """What changes of it: by itself for the page's script, or as a page that loads anew."""
        merchant_id = enrolling.merchant_in(request.path_params["token"])
        framed = "frame" in request.query_params
        async with self._guests.database.tenant(merchant_id) as session:
            held = await self._held(session, request)
            if isinstance(held, Response):
                return held
            title = held.say("showCode")
            more = {**await _face(held), "title": title}
            response = draw("frame" if framed else "face", held.reader, more, framed=framed)
        if framed:
            response.headers["Refresh"] = str(_REDRAWN_S)
        return response

    async def wallet(self, request: Request) -> Response:
        """On to where the card is put into a wallet, for whoever may see what is on it."""
        merchant_id = enrolling.merchant_in(request.path_params["token"])
        async with self._guests.database.tenant(merchant_id) as session:
            held = await self._held(session, request)
            if isinstance(held, Response):
                return held
            found = (await self._guests.wallets(session, [held.link.card_id])).get(
                held.link.card_id
            )
        target = None
        if found is not None and held.link.proven:
            target = {"apple": found.apple, "google": found.google}.get(
                request.path_params["wallet"]
            )
        return RedirectResponse(target or held.at, status_code=303)

    async def _held(self, session: AsyncSession, request: Request) -> _Held | Response:
        now = self._guests.clock()
        link = await enrolling.open_link(session, request.path_params["token"])
        reader = await reader_of(session, request)
        state = (await stamps.states(session, [link.card_id], now=now)).get(link.card_id)
        try:
            await enrolling.check_link(session, link)
        except enrolling.CardLinkOver:
            return _said(reader, "linkOver")
        if state is None or state.card.state == "void":
            return _said(reader, "void")
        at = f"/card/{request.path_params['token']}"
        return _Held(session, reader, state, link, at, now)

    async def _wallets(self, held: _Held) -> list[tuple[str, str]]:
        card_id = held.state.card.id
        found = (await self._guests.wallets(held.session, [card_id])).get(card_id)
        if found is None:
            return []
        offered = (("apple", found.apple), ("google", found.google))
        return [(held.say(name), f"{held.at}/wallet/{name}") for name, link in offered if link]


async def _face(held: _Held) -> dict[str, object]:
    state, terms, speech = held.state, held.state.terms, held.reader.speech
    numbers = {"collected": speech.number(held.collected), "needed": speech.number(terms.needed)}
    ahead = next((it for it in terms.stages if it.count > held.collected), None)
    told = held.link.proven
    code = (
        await enrolling.live_code(held.session, state.card, now=held.now)
        if told
        else (await enrolling.printed_codes(held.session, [state.card.number]))[0]
    )
    return {
        "said": held.say("stamped", **numbers),
        "grid": grid_of(terms.needed, held.collected, frozenset(it.count for it in terms.stages)),
        "due": [it.name for it in state.due] if told else [],
        "next": ahead
        and held.say(
            "next",
            stamps=held.reader.stamps(ahead.count - held.collected),
            reward=held.reader.wanted.said_in(ahead.names, ahead.name),
        ),
        "owed": held.say("owed", count=speech.number(state.debt)) if told and state.debt else None,
        "code": code_of(code),
        "number": enrolling.shown(state.card.number),
    }


def _said(reader: Reader, what: str) -> Response:
    more = {
        "title": reader.speech.say(f"enrol.{what}"),
        "text": reader.speech.say(f"enrol.{what}Text"),
        "tongues": tongues(),
    }
    return draw("said", reader, more, status=410)
