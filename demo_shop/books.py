"""What the shop remembers: visits with their carts, accounts, orders, and what it has yet to tell.

One SQLite file, used by one process. Orders are kept as the bodies they were last told with.
"""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo_shop.payloads import Body, stamp

_TABLES = """
CREATE TABLE IF NOT EXISTS visits (id TEXT PRIMARY KEY, said TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    has_account INTEGER NOT NULL, since TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, account_id INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS orders_of ON orders (account_id, id);
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY, topic TEXT NOT NULL, body BLOB NOT NULL, about TEXT NOT NULL,
    made_at TEXT NOT NULL, due_at TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    status INTEGER, said TEXT);
"""
_PAUSES_S = (0.5, 1, 2, 5, 15, 60)
"""Between two tries of a delivery that was not taken; the last one for ever after."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser that looks around, and what it has in its cart."""

    id: str
    account_id: int | None = None
    language: str | None = None
    cart: Mapping[int, int] = field(default_factory=dict[int, int])
    """Pieces by product."""
    code: str | None = None
    referral_code: str | None = None
    """Of whoever sent the visitor."""
    measured: bool = False
    """Whether the visitor lets the shop count what they look at."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody whom the shop knows, with an account or from buying as a guest."""

    id: int
    email: str
    name: str
    has_account: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that was told to LoyalNest, or is yet to be."""

    id: str
    topic: str
    body: bytes
    about: str
    made_at: datetime
    attempts: int
    status: int | None
    """What it was answered with; None: not yet taken."""
    said: str | None
    """What is wrong, as long as it was not taken."""


class Books:
    """The file. Every change is kept before the page that shows it goes out."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.executescript(_TABLES)
        self._last_id = 0

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    @property
    def ids(self) -> Iterator[int]:
        """Numbers that were never given before, not even by a shop whose file was thrown away."""
        while True:
            self._last_id = max(self._last_id + 1, time.time_ns() // 1000)
            yield self._last_id

    def visit(self, id_: str | None) -> Visit:
        """A visit that goes on, or a new one."""
        row = self._file.execute("SELECT said FROM visits WHERE id = ?", [id_]).fetchone()
        if row is None:
            return Visit(secrets.token_urlsafe(18))
        said = json.loads(row[0])
        cart = {int(product): pieces for product, pieces in said.pop("cart").items()}
        return Visit(cart=cart, **said)

    def keep(self, visit: Visit) -> None:
        """Remember a visit as it is now."""
        said = {name: getattr(visit, name) for name in Visit.__slots__}
        self._file.execute(
            "INSERT INTO visits VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET said = excluded.said",
            [visit.id, json.dumps(said)],
        )

    def account(self, id_: int | None) -> Account | None:
        """Somebody by their number."""
        return self._account("id = ?", id_)

    def account_of(self, email: str) -> Account | None:
        """Somebody by their e-mail address."""
        return self._account("email = ?", email.lower())

    def keep_account(self, email: str, name: str, *, has_account: bool, now: datetime) -> Account:
        """Know somebody, and what they are called now; who has an account keeps it."""
        known = self.account_of(email)
        if known is None:
            account = Account(next(self.ids), email.lower(), name, has_account, now)
        else:
            has_account = has_account or known.has_account
            account = replace(known, name=name or known.name, has_account=has_account)
        self._file.execute(
            "INSERT INTO accounts VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET name = excluded.name, has_account = excluded.has_account",
            [account.id, account.email, account.name, has_account, account.since.isoformat()],
        )
        return account

    def next_number(self) -> int:
        """What the next order is called."""
        return 1001 + self._file.execute("SELECT count(*) FROM orders").fetchone()[0]

    def order(self, token: str) -> Body | None:
        """An order by what its address holds."""
        row = self._file.execute("SELECT body FROM orders WHERE token = ?", [token]).fetchone()
        return json.loads(row[0]) if row else None

    def orders_of(self, account_id: int) -> list[Body]:
        """Somebody's orders, the latest first."""
        rows = self._file.execute(
            "SELECT body FROM orders WHERE account_id = ? ORDER BY id DESC LIMIT 50", [account_id]
        )
        return [json.loads(row[0]) for row in rows]

    def keep_order(self, order: Body, told: Sequence[tuple[str, Body]], *, now: datetime) -> None:
        """Keep an order as it is now, and what is to be told of it (topic, body), or neither."""
        said = [order["id"], order["token"], order["customer"]["id"], json.dumps(order)]
        self._file.execute("BEGIN")
        self._file.execute(
            "INSERT INTO orders VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            said,
        )
        self._tell(told, order["name"], now)
        self._file.execute("COMMIT")

    def tell(self, topic: str, body: Body, about: str, *, now: datetime) -> None:
        """Have something told to LoyalNest."""
        self._tell([(topic, body)], about, now)

    def due(self, now: datetime) -> list[Delivery]:
        """What is to be told now, in the order in which it happened."""
        return self._deliveries(
            "WHERE status IS NULL AND due_at <= ? ORDER BY rowid LIMIT 50", now.isoformat()
        )

    def latest(self, count: int = 40) -> list[Delivery]:
        """What was told lately, the latest first."""
        return self._deliveries("ORDER BY rowid DESC LIMIT ?", count)

    def untold(self) -> int:
        """How much is yet to be told."""
        return self._file.execute(
            "SELECT count(*) FROM deliveries WHERE status IS NULL"
        ).fetchone()[0]

    def answered(self, delivery: Delivery, status: int | None, said: str, *, now: datetime) -> None:
        """Note how a delivery was answered; one that was not taken comes again after a pause."""
        pause_s = _PAUSES_S[min(delivery.attempts, len(_PAUSES_S) - 1)]
        due_at = now + timedelta(seconds=pause_s)
        taken = status if status is not None and status < 300 else None
        self._file.execute(
            "UPDATE deliveries SET attempts = attempts + 1, status = ?, said = ?, due_at = ?"
            " WHERE id = ?",
            [taken, said, due_at.isoformat(), delivery.id],
        )

    def _account(self, condition: str, value: object) -> Account | None:
        columns = "id, email, name, has_account, since"
        found = self._file.execute(
            f"SELECT {columns} FROM accounts WHERE {condition}",  # noqa: S608
            [value],
        ).fetchone()
        if found is None:
            return None
        id_, email, name, has_account, since = found
        return Account(id_, email, name, bool(has_account), datetime.fromisoformat(since))

    def _tell(self, told: Sequence[tuple[str, Body]], about: str, now: datetime) -> None:
        self._file.executemany(
            "INSERT INTO deliveries (id, topic, body, about, made_at, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    secrets.token_hex(16),
                    topic,
                    json.dumps(body, ensure_ascii=False).encode(),
                    about,
                    stamp(now),
                    now.isoformat(),
                )
                for topic, body in told
            ],
        )

    def _deliveries(self, which: str, value: object) -> list[Delivery]:
        columns = "id, topic, body, about, made_at, attempts, status, said"
        rows = self._file.execute(f"SELECT {columns} FROM deliveries {which}", [value])  # noqa: S608
        return [
            Delivery(
                id_, topic, body, about, datetime.fromisoformat(made_at), attempts, status, said
            )
            for id_, topic, body, about, made_at, attempts, status, said in rows
        ]


def clock() -> datetime:
    """What time it is."""
    return datetime.now(UTC)
