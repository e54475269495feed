"""A café whose cards are in wallets, phones that behave as Apple says, and a push service."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from loyalnest import stamps, wallet
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database, ring_of
from loyalnest.kernel.objects import Folder, Objects
from loyalnest.kernel.relay import settle
from loyalnest.wallet import PassContent, Platform, PushOutcome, Told
from loyalnest.wallet.links import Named, Tokens
from loyalnest.wallet.service.passes import ensure_passes
from tests.conftest import NOW
from tests.doors import Hands
from tests.stamps.cafe import Cafe

PASS_TYPE = "pass.example.cards"
ADDRESS = "http://test"


class PlainPasses:
    """Makes passes that anybody can read."""

    def __init__(self) -> None:
        self.made = 0
        self.edition = "plain 1"
        self.expires_at = NOW + timedelta(days=200)
        self.pass_type = PASS_TYPE

    def make(self, content: PassContent) -> bytes:
        self.made += 1
        words = content.words
        return json.dumps(
            {
                "serial": content.serial,
                "token": content.token,
                "service": content.service_url,
                "collected": content.collected,
                "due": words.due,
                "holder": content.holder,
                "code": content.code,
                "voided": content.voided,
                "program": words.program,
                "places": [(it.latitude, it.longitude, it.text) for it in content.locations],
                "good_until": {name: it.good_until for name, it in content.texts.items()},
                "ends_at": content.expires_at,
                "background": content.colours.background,
                "next": {language: texts.next for language, texts in content.texts.items()},
            }
        ).encode()


class PushService:
    """Takes pushes and brings them to the phones that it knows."""

    def __init__(self) -> None:
        self.pushed: list[str] = []
        self.answers: dict[str, PushOutcome] = {}
        """What is said to some tokens instead."""

    async def push(self, tokens: Sequence[str]) -> list[PushOutcome]:
        self.pushed += tokens
        return [self.answers.get(token, PushOutcome(Told.TAKEN)) for token in tokens]

    async def close(self) -> None: ...


@dataclass
class Phone:
    """A phone, as Apple's pages have it behave."""

    client: httpx.AsyncClient
    name: str
    token: str
    passes: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """By serial: what is on it."""
    known_at: dict[str, str] = field(default_factory=dict[str, str])
    tag: str | None = None
    asked: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    read: Callable[[bytes], dict[str, Any]] = json.loads
    """What it sees in a pass: `serial`, `token`, and whatever a test asks of it."""
    pass_type: str = PASS_TYPE

    async def adds(self, link: str) -> dict[str, Any]:
        """Somebody opens a link, and keeps the pass that comes."""
        answer = await self.client.get(link)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/vnd.apple.pkpass"
        shown = self.read(answer.content)
        self._keep(shown, answer)
        assert await self.registers(shown["serial"]) in (200, 201)
        return shown

    async def registers(
        self, serial: str, *, token: str | None = None, pass_type: str | None = None
    ) -> int:
        path = f"/v1/devices/{self.name}/registrations/{pass_type or self.pass_type}/{serial}"
        held = self.passes.get(serial, {}).get("token", "")
        answer = await self.client.post(
            f"/wallet/apple{path}",
            json={"pushToken": self.token},
            headers={"Authorization": f"ApplePass {token or held}"},
        )
        return answer.status_code

    async def unregisters(self, serial: str) -> int:
        path = f"/wallet/apple/v1/devices/{self.name}/registrations/{self.pass_type}/{serial}"
        held = self.passes[serial]["token"]
        answer = await self.client.delete(path, headers={"Authorization": f"ApplePass {held}"})
        return answer.status_code

    async def lists(self) -> list[str]:
        """Which of its passes changed; what is said along comes with the next question."""
        asked = {} if self.tag is None else {"passesUpdatedSince": self.tag}
        answer = await self.client.get(
            f"/wallet/apple/v1/devices/{self.name}/registrations/{self.pass_type}", params=asked
        )
        self.asked.append(("list", answer.status_code))
        if answer.status_code == 204:
            return []
        body = answer.json()
        self.tag = body["lastUpdated"]
        return body["serialNumbers"]

    async def fetches(self, serial: str, *, token: str | None = None) -> int:
        known = self.known_at.get(serial)
        held = self.passes.get(serial, {}).get("token", "")
        headers = {"Authorization": f"ApplePass {token or held}"}
        if known:
            headers["If-Modified-Since"] = known
        answer = await self.client.get(
            f"/wallet/apple/v1/passes/{self.pass_type}/{serial}", headers=headers
        )
        self.asked.append(("fetch", answer.status_code))
        if answer.status_code == 200:
            self._keep(self.read(answer.content), answer)
        return answer.status_code

    async def comes(self) -> None:
        """It was told that something is new: it asks what, and fetches that."""
        for serial in await self.lists():
            await self.fetches(serial)

    def _keep(self, shown: dict[str, Any], answer: httpx.Response) -> None:
        self.passes[shown["serial"]] = shown
        self.known_at[shown["serial"]] = answer.headers["last-modified"]


@dataclass
class Counter:
    """A café with its wallets."""

    cafe: Cafe
    client: httpx.AsyncClient
    maker: PlainPasses
    files: wallet.Files
    objects: Objects
    pushes: PushService
    hands: Hands
    phones: list[Phone] = field(default_factory=list[Phone])

    @property
    def database(self) -> Database:
        return self.cafe.database

    async def link(self, state: stamps.CardState) -> str:
        """Where a card gets into a phone."""
        buttons = wallet.buttons_of(address=ADDRESS, apple=True, google=True)
        async with self.cafe.open() as session:
            links = await buttons(session, [state.card.id], self.hands())
        found = links[state.card.id].apple
        assert found
        return found

    def phone(self, name: str | None = None, token: str | None = None) -> Phone:
        number = len(self.phones)
        it = Phone(self.client, name or f"{number:032x}", token or f"{number:064x}")
        self.phones.append(it)
        return it

    async def files_lie_in(self, objects: Objects) -> None:
        """From now on files are kept in another place."""
        self.objects = objects
        await self.files.close()

    async def follows(self) -> None:
        """Let passes follow what happened."""
        self.hands.at = max(self.hands.at, NOW)
        await settle(self.database, wiring.SUBSCRIBERS, clock=self.hands)

    async def tells(self) -> int:
        """Let phones be told; those that are come at once. Returns how many pushes that took."""
        before = len(self.pushes.pushed)
        while await wallet.push_due(self.database, self.pushes, clock=self.hands):
            pass
        told = self.pushes.pushed[before:]
        for phone in self.phones:
            if phone.token in told:
                await phone.comes()
        return len(told)

    async def serial_of(self, state: stamps.CardState, platform: Platform) -> str:
        async with self.cafe.open() as session:
            made = await ensure_passes(session, [state.card.id], platform, now=self.hands())
            return made[state.card.id].serial


def token_of(session: Any, merchant_id: UUID, card_id: UUID) -> str:
    return Tokens(ring_of(session)).make(Named(merchant_id, card_id))


def open_counter(cafe: Cafe, folder: Path) -> Counter:
    """The café's doors, without the rest of the house."""
    hands = Hands(datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    maker = PlainPasses()
    files = wallet.Files(cafe.database, maker, lambda: counter.objects)
    service = wallet.PhoneDoor(
        cafe.database, files, pass_type=PASS_TYPE, address=ADDRESS, clock=hands
    )
    links = wallet.Links(cafe.database, address=ADDRESS, clock=hands)
    app = Starlette(routes=[*wallet.phone_routes(service), wallet.apple_link_route(links, files)])
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(placed(app)), base_url=ADDRESS, follow_redirects=False
    )
    counter = Counter(cafe, client, maker, files, Folder(folder), PushService(), hands)
    return counter


def placed(app: ASGIApp) -> ASGIApp:
    """As the house does: it is known where requests come from."""

    async def from_somewhere(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["address"] = "203.0.113.7"
        await app(scope, receive, send)

    return from_somewhere
