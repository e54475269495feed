"""Apple's web service: phones register for a pass, ask what changed, and fetch it.

https://developer.apple.com/documentation/walletpasses/adding-a-web-service-to-update-passes

A request names a pass by its type and serial, or a phone by an id of its own, and no merchant; the
directory knows whose they are. Whoever asks about a pass shows its token; whoever doesn't is told
nothing, not even whether it exists. What changed is told without a token, as Apple has it: serials,
which tell nothing.
"""

import hmac
import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, cast

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Malformed, NotFound, TooLarge
from loyalnest.kernel.limits import Buckets, Policy
from loyalnest.wallet import directory, queries, rules
from loyalnest.wallet.content import contents_of
from loyalnest.wallet.doors.answering import address_of, door, within
from loyalnest.wallet.errors import PassNotFound, PassTokenWrong
from loyalnest.wallet.files import MEDIA_TYPE, Files
from loyalnest.wallet.links import APPLE
from loyalnest.wallet.service import devices
from loyalnest.wallet.values import Pass, Platform

_SERIAL = re.compile(r"[0-9a-f]{32}")
_DEVICE = re.compile(r"[A-Za-z0-9._-]{1,128}")
_PUSH_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{1,512}")
_TAG = re.compile(r"[0-9]{1,18}")
_SCHEME = "ApplePass "
_BODY_AT_MOST, _LOG_AT_MOST = 2_000, 100_000
_LINES_SHOWN, _LINE_SHOWN = 20, 500

log = structlog.get_logger("wallet")


class PhoneDoor:
    """What every phone that holds a pass of this installation asks."""

    def __init__(
        self, database: Database, files: Files, *, pass_type: str, address: str, clock: Clock
    ):
        self._database = database
        self._files = files
        self._pass_type = pass_type
        self._address = address
        self._clock = clock
        # A phone asks a few times for each change. Some have been seen to register anew, each time
        # under another name, hundreds of times a minute.
        self._of_phones = Buckets(Policy("phone", 120, 60))
        self._of_passes = Buckets(Policy("pass", 60, 60))
        # Whoever guesses, or complains without end.
        self._of_addresses = Buckets(Policy("wallet", 100, 900))

    async def register(self, request: Request) -> Response:
        """A phone holds a pass: 201 for one that is new, 200 for one that was known."""
        it = await self._pass_of(request)
        device = self._phone_of(request)
        within(self._of_passes, it.serial)
        token = (await _json(request, _BODY_AT_MOST)).get("pushToken")
        if not isinstance(token, str) or not _PUSH_TOKEN.fullmatch(token):
            raise Malformed
        async with self._database.tenant(it.merchant_id) as session:
            is_new = await devices.register(
                session, it, device=device, push_token=token, now=self._clock()
            )
        return Response(status_code=201 if is_new else 200)

    async def unregister(self, request: Request) -> Response:
        """A phone holds a pass no more."""
        it = await self._pass_of(request)
        device = self._phone_of(request)
        async with self._database.tenant(it.merchant_id) as session:
            await devices.unregister(session, it, device=device, now=self._clock())
        return Response(status_code=200)

    async def changed(self, request: Request) -> Response:
        """Which of its passes changed since a phone asked last; 204 for none."""
        self._check_type(request)
        device = self._phone_of(request)
        told = request.query_params.get("passesUpdatedSince", "")
        async with self._database.batch([]) as session:
            held = await directory.find(session, directory.DEVICE, device)
        if not held:
            within(self._of_addresses, address_of(request))
            return Response(status_code=204)
        async with self._database.batch([it.merchant_id for it in held]) as session:
            # Without a tag everything is wanted, also what has never changed.
            since = int(told) if _TAG.fullmatch(told) else -1
            found = await queries.changed_since(session, held, tag=since)
        if not found.serials:
            return Response(status_code=204)
        body = {"serialNumbers": list(found.serials), "lastUpdated": str(found.tag)}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    async def fetch(self, request: Request) -> Response:
        """A pass as it is now; 304 where the phone has it so."""
        it = await self._pass_of(request)
        within(self._of_passes, it.serial)
        known = _instant(request.headers.get("if-modified-since"))
        headers = {
            "Last-Modified": format_datetime(it.changed_at.astimezone(UTC), usegmt=True),
            "Cache-Control": "no-store",
        }
        if not rules.changed_since(it.changed_at, known):
            return Response(status_code=304, headers=headers)
        # What is on it is read after when it changed: it may be newer than it says, never older.
        async with self._database.tenant(it.merchant_id) as session:
            made = await contents_of(session, [it], address=self._address, now=self._clock())
        if it.id not in made:
            raise PassNotFound
        body = await self._files.file_of(made[it.id])
        return Response(body, media_type=MEDIA_TYPE, headers=headers)

    async def note(self, request: Request) -> Response:
        """What went wrong on a phone goes to the log."""
        within(self._of_addresses, address_of(request))
        lines = (await _json(request, _LOG_AT_MOST)).get("logs")
        if isinstance(lines, list):
            for line in cast("list[object]", lines)[:_LINES_SHOWN]:
                log.warning("wallet.phone_says", line=str(line)[:_LINE_SHOWN])
        return Response(status_code=200)

    async def _pass_of(self, request: Request) -> Pass:
        """The pass that is asked about, by somebody who shows its token. Raises PassTokenWrong."""
        self._check_type(request)
        serial: str = request.path_params["serial"]
        given = request.headers.get("authorization", "")
        it = await self._find(serial) if _SERIAL.fullmatch(serial) else None
        # Compared in any case, so that it takes as long.
        expected = f"{_SCHEME}{it.token if it else ''}".encode()
        is_theirs = hmac.compare_digest(given.encode(), expected)
        if it is None or not is_theirs or it.platform is not Platform.APPLE:
            within(self._of_addresses, address_of(request))
            raise PassTokenWrong
        return it

    async def _find(self, serial: str) -> Pass | None:
        async with self._database.batch([]) as session:
            listed = await directory.find(session, directory.PASS, serial)
        if not listed:
            return None
        async with self._database.tenant(listed[0].merchant_id) as session:
            return (await queries.passes_of(session, [listed[0].id])).get(listed[0].id)

    def _check_type(self, request: Request) -> None:
        if request.path_params["pass_type"] != self._pass_type:
            raise NotFound("There is no such address here.")

    def _phone_of(self, request: Request) -> str:
        device: str = request.path_params["device"]
        if not _DEVICE.fullmatch(device):
            raise NotFound("There is no such address here.")
        within(self._of_phones, device)
        return device


def phone_routes(service: PhoneDoor) -> list[Route]:
    """`/wallet/apple/v1/…`."""
    registration = f"{APPLE}v1/devices/{{device}}/registrations/{{pass_type}}"
    return [
        Route(f"{registration}/{{serial}}", door(service.register), methods=["POST"]),
        Route(f"{registration}/{{serial}}", door(service.unregister), methods=["DELETE"]),
        Route(registration, door(service.changed)),
        Route(f"{APPLE}v1/passes/{{pass_type}}/{{serial}}", door(service.fetch)),
        Route(f"{APPLE}v1/log", door(service.note), methods=["POST"]),
    ]


async def _json(request: Request, at_most: int) -> dict[str, Any]:
    """The body as an object. Raises TooLarge, Malformed."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > at_most:
            raise TooLarge
    try:
        found: Any = json.loads(body)
    except ValueError:
        raise Malformed from None
    if not isinstance(found, dict):
        raise Malformed
    return cast("dict[str, Any]", found)


def _instant(said: str | None) -> datetime | None:
    """A date as HTTP writes it; None for anything else."""
    try:
        return parsedate_to_datetime(said).astimezone(UTC) if said else None
    except (ValueError, OverflowError):
        return None
