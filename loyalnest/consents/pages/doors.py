"""Where the links of our messages lead.

Looking changes nothing. A POST does, by the button of the page or, as RFC 8058 has it, by the mail
program itself: no sign-in, no redirect, and any number of times the same.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol
from urllib.parse import parse_qsl
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from loyalnest.consents import letters, queries, service
from loyalnest.consents.errors import ConfirmationOver, ConsentNotFound, LetterUnreadable
from loyalnest.consents.letters import Kind, Letter
from loyalnest.consents.links import CONFIRM, LEAVE, PREFER, open_letter
from loyalnest.consents.pages.choices import (
    WAS,
    ZONES,
    Choice,
    Fields,
    choices_of,
    preferences_in,
    turned,
)
from loyalnest.consents.pages.drawing import draw
from loyalnest.consents.pages.reader import Reader, own_names, reader_of
from loyalnest.consents.service.record import customer_actor
from loyalnest.consents.values import Channel, Proof, Way
from loyalnest.kernel import networks
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import RateLimited, TooLarge
from loyalnest.kernel.http import ip_address_of, problem_response
from loyalnest.kernel.languages import spoken
from loyalnest.kernel.limits import Buckets, Policy

_BODY_AT_MOST = 16_384
_ONE_CLICK = b"One-Click"
_OFTEN = Policy("letters", 60, 60)
"""How often one letter is opened in a minute. Whoever guesses letters is counted elsewhere, by
their address: mail programs unsubscribe thousands from one of theirs."""


class Left(Protocol):
    """Whoever keeps the addresses that people leave who may be no customers."""

    async def words_of(self, session: AsyncSession, left_id: UUID, /) -> str | None:
        """What was agreed to where an address was left; None for one that isn't there."""
        ...

    async def confirm(self, session: AsyncSession, left_id: UUID, /, *, now: datetime) -> None:
        """Whoever reads the address's mail says that they left it. Any number of times the same."""
        ...


Answering = Callable[[AsyncSession, Request, Letter, bytes], Awaitable[Response]]


class Letters:
    """What the pages of every merchant stand on."""

    def __init__(self, database: Database, *, clock: Clock, left: Left | None = None):
        self.database = database
        self.clock = clock
        self.left = left
        self.often = Buckets(_OFTEN)

    async def leave(
        self, session: AsyncSession, request: Request, letter: Letter, body: bytes
    ) -> Response:
        """The button, and what it does."""
        reader = await reader_of(session, request, letter.id)
        more = _about(request, letter, reader)
        if request.method != "POST":
            return draw("leave", reader, more)
        way = Way.ONE_CLICK if _ONE_CLICK in body else Way.CUSTOMER_PAGE
        now, network = self.clock(), _network(request)
        await service.leave(session, letter, way=way, network=network, now=now)
        return draw("left", reader, {**more, "undo": letter.is_good(now)})

    async def undo(
        self, session: AsyncSession, request: Request, letter: Letter, body: bytes
    ) -> Response:
        """After all."""
        reader = await reader_of(session, request, letter.id)
        more = _about(request, letter, reader)
        if reader.living is None or not letter.is_good(self.clock()):
            return draw("over", reader, more, status=410)
        words = reader.speech.by("agree", letter.channel)
        await service.return_(
            session,
            letter,
            words=words,
            language=reader.speech.language,
            network=_network(request),
            now=self.clock(),
        )
        return draw("back", reader, {**more, "words": words})

    async def prefer(
        self, session: AsyncSession, request: Request, letter: Letter, body: bytes
    ) -> Response:
        """What somebody gets, and how."""
        reader = await reader_of(session, request, letter.id)
        more = _about(request, letter, reader)
        if reader.living is None or not letter.is_good(self.clock()):
            return draw("over", reader, more, status=410)
        saved, wrong = False, None
        if request.method == "POST":
            saved = await self._save(session, request, reader, _fields(body))
            wrong = None if saved else reader.speech.say("both")
            reader = await reader_of(session, request, letter.id)
        more |= {"saved": saved, "wrong": wrong, **await _form(session, reader)}
        return draw("preferences", reader, more, status=422 if wrong else 200)

    async def confirm(
        self, session: AsyncSession, request: Request, letter: Letter, body: bytes
    ) -> Response:
        """The second yes."""
        try:
            asked = await queries.get_consent(session, letter.id)
        except ConsentNotFound:
            return await self._confirm_address(session, request, letter)
        reader = await reader_of(session, request, asked.said.customer_id)
        more = _about(request, letter, reader)
        if request.method != "POST":
            return draw("confirm", reader, {**more, "words": asked.said.proof.words})
        try:
            network, now = _network(request), self.clock()
            await service.confirm(session, letter, network=network, now=now)
        except ConfirmationOver:
            return draw("over", reader, more, status=410)
        return draw("confirmed", reader, more)

    async def _confirm_address(
        self, session: AsyncSession, request: Request, letter: Letter
    ) -> Response:
        """The same of an address that was left by whoever may be no customer."""
        words = await self.left.words_of(session, letter.id) if self.left else None
        if self.left is None or words is None:
            raise LetterUnreadable
        reader = await reader_of(session, request, letter.id)
        more = _about(request, letter, reader)
        now = self.clock()
        if not letter.is_good(now):
            return draw("over", reader, more, status=410)
        if request.method != "POST":
            return draw("confirm", reader, {**more, "words": words})
        await self.left.confirm(session, letter.id, now=now)
        return draw("confirmed", reader, more)

    async def _save(
        self, session: AsyncSession, request: Request, reader: Reader, fields: Fields
    ) -> bool:
        """Keep what a form says; nothing of it where the times make no sense."""
        living = reader.living
        assert living is not None
        reached = await _reached(session, reader)
        wanted = preferences_in(fields, reader, reached)
        if wanted is None:
            return False
        now, by = self.clock(), customer_actor(living.id)
        for it in turned(await _offered(session, reader), fields):  # as many as there are boxes
            proof = Proof(
                Way.CUSTOMER_PAGE,
                by,
                words=it.choice.label if it.granted else None,
                language=reader.speech.language,
                network=_network(request),
            )
            await service.say(
                session,
                living.id,
                purpose=it.choice.purpose,
                channel=it.choice.channel,
                granted=it.granted,
                proof=proof,
                now=now,
            )
        await service.save_preferences(session, living.id, wanted, actor=by, now=now)
        return True

    async def answer(self, request: Request, kind: Kind, answering: Answering) -> Response:
        """Open the letter that an address carries, for whoever answers it."""
        token = request.path_params["token"]
        try:
            body = await _body(request) if request.method == "POST" else b""
            merchant_id = letters.merchant_of(token)
            async with self.database.tenant(merchant_id) as session:
                letter = await open_letter(session, token, kind)
                self._count(letter)
                return await answering(session, request, letter, body)
        except (LetterUnreadable, RateLimited, TooLarge) as error:
            return problem_response(error)

    def _count(self, letter: Letter) -> None:
        """Raises RateLimited."""
        verdict = self.often.take(letter.id)
        if not verdict.allowed:
            raise RateLimited(retry_after_s=verdict.retry_after_s)


def letter_routes(pages: Letters) -> list[Route]:
    """`/u/…` to leave, `/preferences/…` to choose, `/confirm/…` to say yes again."""

    def at(path: str, kind: Kind, answering: Answering, *methods: str) -> Route:
        async def answer(request: Request) -> Response:
            return await pages.answer(request, kind, answering)

        return Route(path, answer, methods=list(methods))

    return [
        at(f"{LEAVE}{{token}}", Kind.LEAVE, pages.leave, "GET", "POST"),
        at(f"{LEAVE}{{token}}/undo", Kind.LEAVE, pages.undo, "POST"),
        at(f"{PREFER}{{token}}", Kind.LEAVE, pages.prefer, "GET", "POST"),
        at(f"{CONFIRM}{{token}}", Kind.CONFIRM, pages.confirm, "GET", "POST"),
    ]


def _about(request: Request, letter: Letter, reader: Reader) -> dict[str, object]:
    token = request.path_params["token"]
    return {
        "leave_at": f"{LEAVE}{token}",
        "prefer_at": f"{PREFER}{token}",
        "here": _here(request),
        "letter": letter,
        "is_somebody": reader.living is not None,
    }


def _here(request: Request) -> str:
    """This page, in the language that it was asked in."""
    asked = spoken(request.query_params.get("language", "")[:35])
    return f"{request.url.path}?language={asked}" if asked else request.url.path


async def _form(session: AsyncSession, reader: Reader) -> dict[str, object]:
    """What the page of preferences shows beside its words."""
    wanted = reader.wanted
    zones = ZONES if wanted.time_zone in {None, *ZONES} else (wanted.time_zone, *ZONES)
    offered = await _offered(session, reader)
    return {
        "offers": [it for it in offered if it.channel],
        "data": [it for it in offered if not it.channel],
        "was": WAS,
        "languages": own_names(),
        "zones": zones,
        "reached": await _reached(session, reader),
        "wanted": wanted,
    }


async def _offered(session: AsyncSession, reader: Reader) -> Sequence[Choice]:
    assert reader.living is not None
    return choices_of(
        reader.speech,
        await queries.standings_of(session, reader.living.id),
        await _reached(session, reader),
        refusable=(await queries.current_settings(session)).settings.transactional_refusable,
    )


async def _reached(session: AsyncSession, reader: Reader) -> list[Channel]:
    """On which channels somebody can be reached at all."""
    assert reader.living is not None
    return [it for it in Channel if await queries.addresses_of(session, reader.living, it)]


async def _body(request: Request) -> bytes:
    """Raises TooLarge; of whoever hung up nothing is asked any more."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _BODY_AT_MOST:
                raise TooLarge
    except ClientDisconnect:
        raise LetterUnreadable from None
    return bytes(body)


def _fields(body: bytes) -> Fields:
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=100, keep_blank_values=True))
    except ValueError:
        return {}


def _network(request: Request) -> str | None:
    address = ip_address_of(request)
    return None if address is None else networks.told(address)
