"""Where a poster's code leads: a name, a phone, and the card.

What was typed is kept through every mistake. A form that is sent twice is sent once: it carries a
mark of its own, which also shows that it is one of ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from loyalnest import stamps
from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.errors import DomainError, RateLimited
from loyalnest.kernel.languages import LANGUAGES, accepted
from loyalnest.stamps import enrolling
from loyalnest.storefront.cards.drawing import draw
from loyalnest.storefront.cards.forms import Filled, filled_in, mark
from loyalnest.storefront.cards.guests import Guests, Reader, reader_of
from loyalnest.storefront.pages.speech import locale_of, own_names

COOKIE = "ln_card"
_KEPT = timedelta(days=400)
_STAGES_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class _Visit:
    """Somebody at a poster."""

    session: AsyncSession
    request: Request
    poster: enrolling.Poster
    reader: Reader
    program: stamps.CardProgram
    now: datetime

    @property
    def here(self) -> str:
        """This page, in its language."""
        return f"{self.request.url.path}?language={self.reader.speech.language}"

    def say(self, key: str, **filled: str) -> str:
        """A text of these pages."""
        return self.reader.speech.say(f"enrol.{key}", **filled)


class Joining:
    """The page of every poster."""

    def __init__(self, guests: Guests):
        self._guests = guests

    async def answer(self, request: Request) -> Response:
        """The form, or what becomes of it. Raises PosterNotFound, TooLarge, Contended."""
        now = self._guests.clock()
        body = Filled()
        if request.method == "POST":
            ring, code = self._guests.database.ring, request.path_params["code"]
            body = await filled_in(request, ring, code, now=now)
        async with self._guests.database.batch([]) as session:
            poster = await enrolling.poster_at(session, request.path_params["code"])
            reader = await reader_of(session, request)
            program = await stamps.get_program(session, poster.program_id)
            visit = _Visit(session, request, poster, reader, program, now)
            if poster.withdrawn_at is not None:
                return _said(visit, "gone", "goneText", status=410)
            if program.state is not stamps.ProgramState.ACTIVE:
                return _said(visit, "paused", None, status=409)
            if request.method != "POST":
                mine = await _own_link(visit)
                return await _form(visit, Filled(), {}, mine=mine)
            return await self._take(visit, body)

    async def _take(self, visit: _Visit, filled: Filled) -> Response:
        if filled.trapped:
            return RedirectResponse(visit.here, status_code=303)
        wrong = _faults(visit, filled)
        if wrong:
            return await _form(visit, filled, wrong, status=422)
        assert filled.once is not None, "else something was wrong"
        try:
            self._guests.door.knock(
                visit.request.scope["state"]["address"],
                merchant_of(visit.session),
                with_paper=bool(filled.paper),
            )
            async with visit.session.begin_nested():  # what failed leaves nothing behind
                done = await self._enrol(visit, filled, filled.once)
        except RateLimited:
            wrong = {"": visit.say("tooOften")}
            return await _form(visit, filled, wrong, status=429)
        except enrolling.NameUnfit:
            return await _form(visit, filled, {"name": visit.say("nameMissing")}, status=422)
        except enrolling.PhoneUnfit:
            return await _form(visit, filled, {"phone": _unfit(visit)}, status=422)
        except enrolling.PaperCardUnfit:
            return await _form(visit, filled, {"paper": visit.say("paperUnfit")}, status=422)
        if isinstance(done, enrolling.CodeSent):
            return _check(visit, filled, phone=done.phone)
        if isinstance(done, DomainError):
            return _check(visit, filled, refused=done)
        return await self._welcome(visit, done)

    async def _enrol(
        self, visit: _Visit, filled: Filled, once: UUID
    ) -> enrolling.Enrolled | enrolling.CodeSent | DomainError:
        poster = visit.poster
        joining = enrolling.Joining(
            name=filled.name,
            phone=filled.phone,
            language=visit.reader.speech.language,
            agreed=tuple(
                enrolling.Agreed(channel, words)
                for channel, words in _asked(visit)
                if channel in filled.agreed
            ),
            form=once,
            place=f"{self._guests.address}{visit.request.url.path}",
            actor=f"poster:{poster.code}",
            network=visit.request.state.origin.network,
            check_code=filled.code,
            paper_number=filled.paper or None,
        )
        place = enrolling.Place(poster.program_id, poster.store_id, poster.id, poster.check_by)
        return await enrolling.enrol(
            visit.session,
            joining,
            place,
            trusted=False,
            regions=_wishes(visit.request),
            now=visit.now,
        )

    async def _welcome(self, visit: _Visit, done: enrolling.Enrolled) -> Response:
        token = await enrolling.link_to(
            visit.session, done.state.card.id, proven=done.proven, now=visit.now
        )
        address = f"/card/{token}?language={visit.reader.speech.language}"
        response = RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(_KEPT.total_seconds()),
            path="/j/",
            secure=visit.request.state.origin.https,
            httponly=True,
            samesite="lax",
        )
        return response


async def _own_link(visit: _Visit) -> str | None:
    """Where the card is that this browser was given here, if it still opens."""
    token = visit.request.cookies.get(COOKIE, "")
    try:
        if enrolling.merchant_in(token) != visit.poster.merchant_id:
            return None
        link = await enrolling.open_link(visit.session, token)
        await enrolling.check_link(visit.session, link)
    except enrolling.CardLinkOver:
        return None
    found = await stamps.states(visit.session, [link.card_id], now=visit.now)
    state = found.get(link.card_id)
    if state is None or state.program.id != visit.program.id or state.card.state == "void":
        return None
    return f"/card/{token}?language={visit.reader.speech.language}"


async def _form(
    visit: _Visit,
    filled: Filled,
    wrong: Mapping[str, str],
    *,
    mine: str | None = None,
    status: int = 200,
) -> Response:
    terms, reader = visit.program.terms, visit.reader
    name = reader.wanted.said_in(terms.names, terms.name)
    more = {
        **_common(visit, filled),
        "title": name,
        "mine": mine,
        "wrong": wrong,
        "asked": _asked(visit),
        "papers": bool(filled.paper) or await enrolling.has_paper(visit.session, visit.program.id),
        "stages": [
            (reader.stamps(it.count), reader.wanted.said_in(it.names, it.name))
            for it in (*terms.stages[:-1][: _STAGES_AT_MOST - 1], terms.stages[-1])
        ],
    }
    return draw("join", reader, more, status=status)


def _check(
    visit: _Visit,
    filled: Filled,
    *,
    phone: str | None = None,
    refused: DomainError | None = None,
) -> Response:
    wrong = None
    if refused is not None:
        over = isinstance(refused, enrolling.CheckCodeOver)
        wrong = visit.say("codeOver" if over else "codeWrong")
    more = {**_common(visit, filled), "title": visit.say("codeTitle"), "phone": phone}
    return draw("check", visit.reader, {**more, "wrong": wrong}, status=422 if refused else 200)


def _common(visit: _Visit, filled: Filled) -> dict[str, object]:
    ring, code = ring_of(visit.session), visit.request.path_params["code"]
    return {
        "here": visit.here,
        "filled": filled,
        "form": mark(ring, code, now=visit.now, once=filled.once),
        "tongues": tongues(),
    }


def _said(visit: _Visit, title: str, text: str | None, *, status: int) -> Response:
    more = {
        "title": visit.say(title),
        "text": text and visit.say(text),
        "tongues": tongues(),
    }
    return draw("said", visit.reader, more, status=status)


def _faults(visit: _Visit, filled: Filled) -> dict[str, str]:
    """What is to be looked at again, by field."""
    found: dict[str, str] = {}
    if filled.once is None:
        found[""] = visit.say("stale")
    if not filled.name.strip():
        found["name"] = visit.say("nameMissing")
    if not filled.phone.strip():
        found["phone"] = visit.say("phoneMissing")
    return found


def _unfit(visit: _Visit) -> str:
    wishes = (visit.reader.merchant.locale, *_wishes(visit.request))
    regions = enrolling.regions_of(visit.reader.merchant.time_zone, wishes)
    return visit.say("phoneInvalid", example=f"\u2066{enrolling.example_of(regions)}\u2069")


def _asked(visit: _Visit) -> Sequence[tuple[enrolling.CheckBy, str]]:
    """What is asked besides, channel by channel, in the words that are kept as proof."""
    brand = visit.reader.brand.name
    return [(it, visit.say(it.value, brand=brand)) for it in visit.reader.carried]


def _wishes(request: Request) -> tuple[str, ...]:
    return tuple(accepted(request.headers.get("accept-language")))


def tongues() -> Sequence[tuple[str, str, str]]:
    """Every language: its code, its own name, and how it is written."""
    names = own_names()
    return [(it, names[it], locale_of(it).text_direction) for it in LANGUAGES]
