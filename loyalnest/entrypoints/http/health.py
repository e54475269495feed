"""Whether the process lives, whether it can take deliveries in, and what a scraper may read."""

import hmac
import time

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import SecretStr
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from loyalnest.entrypoints.http.metrics import Standing
from loyalnest.kernel import migrations
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import NotFound
from loyalnest.kernel.http import problem_response

_FRESH_FOR_S = 1.0
_SCHEMA = text("SELECT version_num FROM alembic_version")
_KEYS = text("SELECT purpose, key_id, fingerprint FROM encryption_keys WHERE retired_at IS NULL")
_log = structlog.get_logger("health")


class Readiness:
    """Whether deliveries can be taken in: the database answers, its schema and keys are ours."""

    def __init__(self, database: Database):
        self._database = database
        self._newest = migrations.newest()
        self._looked_at_s = float("-inf")
        self._missing: str | None = None

    async def what_is_missing(self) -> str | None:
        """What keeps deliveries from being taken in, or None; remembered for a second."""
        if time.monotonic() - self._looked_at_s >= _FRESH_FOR_S:
            self._missing = await self._look()
            self._looked_at_s = time.monotonic()
        return self._missing

    async def _look(self) -> str | None:
        try:
            async with self._database.platform() as session:
                schema = await session.scalar(_SCHEMA)
                remembered = (await session.execute(_KEYS)).all()
        except Exception as error:
            _log.warning("health.database_away", error=type(error).__name__)
            return "database"
        if schema != self._newest:
            return "schema"
        at_hand = self._database.ring.fingerprints()
        known = all(at_hand.get((row.purpose, row.key_id)) == row.fingerprint for row in remembered)
        return None if known else "keys"


def routes(
    *,
    database: Database,
    token: SecretStr | None,
    registry: CollectorRegistry,
    standing: Standing,
) -> list[Route]:
    """`/health/live`, `/health/ready` and `/metrics`."""
    readiness = Readiness(database)

    async def live(request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(request: Request) -> Response:
        missing = await readiness.what_is_missing()
        if missing is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "missing": missing}, 503)

    async def metrics(request: Request) -> Response:
        if not (request.state.origin.is_this_machine or _bears(request, token)):
            return problem_response(NotFound("There is no such address here."))
        await standing.sample()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/metrics", metrics),
    ]


def _bears(request: Request, token: SecretStr | None) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if token is None or scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.encode(), token.get_secret_value().encode())
