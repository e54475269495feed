"""What a scraper is told: requests as they come, and how the installation stands at that moment."""

import time
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.pool import QueuePool

from loyalnest.entrypoints import certificates
from loyalnest.kernel import jobs, relay
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import made_at

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)
_SAMPLE_FOR_S = 2.0
_log = structlog.get_logger("metrics")

_INBOX = text("SELECT count(*), count(*) FILTER (WHERE attempts > 0) FROM inbox")
_OLDEST = text("SELECT delivery_id FROM inbox ORDER BY delivery_id LIMIT 1")
_DEAD = text("SELECT count(*) FROM dead_letters")
# The server's own count of rows put into the books, from its statistics: exact enough for a rate,
# and free, where counting entries would read all of them.
_ENTRIES = text(
    "SELECT coalesce(sum(n_tup_ins), 0) FROM pg_stat_user_tables WHERE relname ~ '^entries_[0-9]+$'"
)


# How lines to vendors stand: on, resting after failures, paused by the merchant, or broken.
_LINES = text("""
SELECT 'sender', s.provider,
       CASE WHEN s.state = 'on' AND p.paused_until > :now THEN 'resting' ELSE s.state END, count(*)
FROM senders s
JOIN sender_pace p USING (merchant_id)
WHERE s.id = p.sender_id AND s.state <> 'replaced'
GROUP BY 2, 3
UNION ALL
SELECT 'sink', s.provider,
       CASE WHEN s.state = 'on' AND s.paused_until > :now THEN 'resting' ELSE s.state END, count(*)
FROM sinks s
GROUP BY 2, 3
""")


_TELLINGS = text("SELECT platform, told, sum(count) FROM pass_tellings GROUP BY platform, told")


class RequestMetrics:
    """Counts and times of requests, by method, route and status."""

    def __init__(self, registry: CollectorRegistry):
        labels = ("method", "route")
        self._count = Counter(
            "loyalnest_http_requests",
            "Requests answered.",
            (*labels, "status"),
            registry=registry,
        )
        self._took = Histogram(
            "loyalnest_http_request_seconds",
            "Time from a request's first byte to its answer's last.",
            labels,
            buckets=_SECONDS,
            registry=registry,
        )

        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, method: str, route: str, status: int, took_s: float) -> None:
        """Take a finished request into account."""
        if method not in _METHODS:
            method = "other"  # anybody can make up methods; labels are kept for good
        kind = (method, route, status)
        known = self._known.get(kind)
        if known is None:
            # Finding a metric by its labels costs more than counting does.
            count = self._count.labels(method, route, str(status))
            known = self._known[kind] = (count, self._took.labels(method, route))
        count, took = known
        count.inc()
        took.observe(took_s)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Standing:
    """How inbox, log, books and pool stand: asked of the database when somebody scrapes."""

    def __init__(self, registry: CollectorRegistry, database: Database, clock: Clock):
        self._database = database
        self._clock = clock
        self._sampled_at_s = float("-inf")

        def gauge(name: str, help_: str, *labels: str) -> Gauge:
            return Gauge(f"loyalnest_{name}", help_, labels, registry=registry)

        self._up = gauge("database_up", "1 while the database answers.")
        self._waiting = gauge("inbox_deliveries", "Deliveries waiting to be applied.")
        self._retrying = gauge("inbox_retrying", "Deliveries waiting after a failed attempt.")
        self._age = gauge("inbox_oldest_seconds", "How long the oldest of them has waited.")
        self._dead = gauge("inbox_dead_letters", "Deliveries set aside after their retries.")
        self._unsequenced = gauge("relay_unsequenced", "Events that have no position yet.")
        self._sequencing = gauge("relay_unsequenced_seconds", "How long the oldest has waited.")
        self._lag = gauge("relay_lag", "Events a subscriber has not seen yet.", "subscriber")
        self._failures = gauge("relay_failures", "Events set aside for a subscriber.")
        self._held = gauge("jobs_held", "Jobs that failed for good.")
        self._entries = gauge("ledger_postings", "Rows put into the books since statistics began.")
        self._lines = gauge(
            "vendor_lines", "Merchants' accounts with vendors.", "kind", "provider", "state"
        )
        self._wallets = gauge(
            "passkit_updates_total",
            "Phones and platforms told that a pass changed, within the last 90 days.",
            "platform",
            "outcome",
        )
        self._pool = gauge("database_connections", "Connections of this process.", "state")
        self._certificates = certificates.expiries(database.settings)
        self._valid_for = gauge(
            "certificate_seconds_left", "How long a certificate is still valid.", "certificate"
        )

    async def sample(self) -> None:
        """Ask how things stand, unless that was done a moment ago."""
        if time.monotonic() - self._sampled_at_s < _SAMPLE_FOR_S:
            return
        self._sampled_at_s = time.monotonic()
        self._look_at_pool()
        for name, expires_at in self._certificates.items():
            self._valid_for.labels(name).set((expires_at - self._clock()).total_seconds())
        try:
            async with self._database.platform() as session:
                await self._look_at_inbox(session)
                await self._look_at_log(session)
                self._held.set(await jobs.count_held(session))
                await self._look_at_lines(session)
                for platform, told, count in await session.execute(_TELLINGS):
                    self._wallets.labels(platform, told).set(count)
                self._entries.set(await session.scalar(_ENTRIES) or 0)
        except Exception as error:
            _log.warning("metrics.unavailable", error=type(error).__name__)
            self._up.set(0)
        else:
            self._up.set(1)

    async def _look_at_inbox(self, session: AsyncSession) -> None:
        waiting, retrying = (await session.execute(_INBOX)).one()
        self._waiting.set(waiting)
        self._retrying.set(retrying)
        oldest = await session.scalar(_OLDEST)
        self._age.set(self._since(made_at(oldest) if oldest else None))
        self._dead.set(await session.scalar(_DEAD) or 0)

    async def _look_at_log(self, session: AsyncSession) -> None:
        count, oldest = await relay.unsequenced(session)
        self._unsequenced.set(count)
        self._sequencing.set(self._since(oldest))
        for lag in await relay.lags(session):
            self._lag.labels(lag.name).set(lag.events)
        self._failures.set(await relay.count_failures(session))

    async def _look_at_lines(self, session: AsyncSession) -> None:
        found = (await session.execute(_LINES, {"now": self._clock()})).all()
        self._lines.clear()
        for kind, provider, state, count in found:
            self._lines.labels(kind, provider, state).set(count)

    def _look_at_pool(self) -> None:
        pool = self._database.engine.sync_engine.pool
        if isinstance(pool, QueuePool):
            self._pool.labels("in_use").set(pool.checkedout())
            self._pool.labels("idle").set(pool.checkedin())
            self._pool.labels("allowed").set(pool.size())

    def _since(self, instant: datetime | None) -> float:
        return max(0.0, (self._clock() - instant).total_seconds()) if instant else 0.0
