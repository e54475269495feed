"""Telling Google what is on passes, in as few calls as may be.

What is there is changed (PATCH), what isn't is made (POST): a card is changed far more often than
made. A pass that Google lets nobody speak up of any more today is changed without a word.
"""

import json
import time
from datetime import datetime

import structlog

from loyalnest.integrations.calls import (
    Budget,
    Limit,
    Line,
    Said,
    Unclear,
    Unreached,
    Way,
    as_object,
    as_objects,
)
from loyalnest.integrations.google import shapes
from loyalnest.integrations.google.account import Access, Account
from loyalnest.integrations.google.shapes import Shape
from loyalnest.kernel.clock import Clock
from loyalnest.wallet import PassContent, ProgramContent, PushOutcome, Told

_API = "/walletobjects/v1"
_CLASS, _OBJECT = f"{_API}/loyaltyClass", f"{_API}/loyaltyObject"
_JSON = {"content-type": "application/json"}
# https://developers.google.com/wallet/retail/loyalty-cards/rest: 20 calls a second for an issuer.
_RATE = Limit(20, 1)
_QUOTA = "QuotaExceeded"
_EDITION = "google 2"
"""Changes when the same content is to be told in another way."""
_LINK_AT_MOST = 1800
"""Longer ones are cut off by some browsers and by what passes links on."""

log = structlog.get_logger("vendors")


class GoogleWallet:
    """The passes of one issuer."""

    def __init__(self, account: Account, way: Way, *, save_url: str, origins: list[str]):
        self._account = account
        self._way = way
        self._save_url = save_url
        self._origins = origins
        self._clock: Clock = way.clock
        self._access = Access(account, way.clock)
        self._budget = Budget([_RATE], clock=time.monotonic)
        self._line: Line | None = None

    @property
    def edition(self) -> str:
        """Of how passes are told, and for which issuer."""
        return f"{_EDITION} {self._account.issuer_id}"

    async def put_program(self, program: ProgramContent) -> PushOutcome:
        """Let Google know a card program. Never raises over an answer."""
        shape = shapes.loyalty_class(self._account.issuer_id, program)
        return _outcome(await self._put(_CLASS, shape), self._clock())

    async def put_pass(self, content: PassContent, *, program_id: str, notify: bool) -> PushOutcome:
        """Let Google know a card. Never raises over an answer."""
        shape = shapes.loyalty_object(self._account.issuer_id, content, program_id=program_id)
        if notify:
            # It holds for this change alone, and has to be said each time.
            said = await self._put(_OBJECT, {**shape, "notifyPreference": "NOTIFY_ON_UPDATE"})
            if not _is_over_quota(said):
                return _outcome(said, self._clock())
        outcome = _outcome(await self._put(_OBJECT, shape), self._clock())
        if notify and outcome.told is Told.TAKEN:
            return PushOutcome(Told.TAKEN, "quiet")
        return outcome

    def save_link(self, serial: str) -> str:
        """Where somebody saves a pass: it names the pass, and Google has all the rest."""
        claims = {
            "iss": self._account.email,
            "aud": "google",
            "typ": "savetowallet",
            "iat": int(self._clock().timestamp()),
            "origins": self._origins,
            "payload": {
                "loyaltyObjects": [{"id": shapes.object_id(self._account.issuer_id, serial)}]
            },
        }
        link = f"{self._save_url}{self._account.sign(claims)}"
        assert len(link) < _LINK_AT_MOST
        return link

    async def close(self) -> None:
        """Give connections back."""
        if self._line is not None:
            await self._line.close()
            self._line = None

    async def _put(self, path: str, shape: Shape) -> Said | str:
        """What Google said to a change, or why it said nothing."""
        try:
            said = await self._ask("PATCH", f"{path}/{shape['id']}", shape)
            if said.status == 404:
                said = await self._ask("POST", path, shape)
                if said.status == 409:  # somebody else has made it since
                    said = await self._ask("PATCH", f"{path}/{shape['id']}", shape)
        except (Unreached, Unclear) as error:
            return error.why
        return said

    async def _ask(self, method: str, path: str, shape: Shape) -> Said:
        if self._line is None:  # it begins where an event loop runs
            self._line = Line(self._way)
        bearer = await self._access.bearer(self._line)
        if isinstance(bearer, Said):
            return bearer
        await self._budget.take()
        headers = {**_JSON, "authorization": f"Bearer {bearer}"}
        said = await self._line.ask(
            method, path, content=json.dumps(shape).encode(), headers=headers
        )
        if said.status == 401:
            self._access.forget()
        return said


def _outcome(said: Said | str, now: datetime) -> PushOutcome:
    """What an answer means: what comes again may do so, nothing is made twice by it."""
    if isinstance(said, str):
        log.warning("google_wallet.silent", why=said)
        return PushOutcome(Told.LATER, said)
    if said.is_yes:
        return PushOutcome(Told.TAKEN)
    reason = _reason(said)
    log.warning("google_wallet.refused", status=said.status, reason=reason)
    waits = said.status in (401, 429) or said.status >= 500 or _is_over_quota(said)
    told = Told.LATER if waits else Told.REFUSED
    return PushOutcome(told, reason, said.retry_after(now))


def _is_over_quota(said: Said | str) -> bool:
    """Whether a phone may not speak up of this pass again today."""
    return isinstance(said, Said) and not said.is_yes and _QUOTA.lower() in _reason(said).lower()


def _reason(said: Said) -> str:
    error = as_object(said.json_or_nothing().get("error"))
    details = as_objects(error.get("errors"))
    told = (details[0].get("reason") if details else None) or error.get("status")
    return str(told)[:100] if told else str(said.status)
