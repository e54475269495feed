"""The proof that the books balance: SQL over everything, no trust in what wrote it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Bulk, bulk
from loyalnest.ledger.liability import COLUMNS

ROLLED = ", ".join(f"'{kind}'" for kinds in COLUMNS.values() for kind in kinds)
"""The kinds of entries that a roll-forward of the liability counts."""

LISTED = 100
"""How many violations of one check are spelled out; all of them are counted."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is not as it must be."""

    check: str
    merchant_id: UUID
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the books, and how many answers were wrong."""

    name: str
    question: str
    violations: int
    listed: list[Violation]


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` looked at and what it found."""

    counts: dict[str, int]
    checks: list[Check]

    @property
    def violations(self) -> int:
        return sum(check.violations for check in self.checks)

    @property
    def clean(self) -> bool:
        return self.violations == 0


_COUNTS = """
SELECT (SELECT count(*) FROM accounts WHERE $1::uuid IS NULL OR merchant_id = $1) AS accounts,
       (SELECT count(*) FROM entries WHERE $1::uuid IS NULL OR merchant_id = $1) AS entries,
       (SELECT count(*) FROM lots WHERE $1::uuid IS NULL OR merchant_id = $1) AS lots,
       (SELECT count(*) FROM debts WHERE $1::uuid IS NULL OR merchant_id = $1) AS debts,
       (SELECT count(*) FROM draws WHERE $1::uuid IS NULL OR merchant_id = $1) AS draws
"""

# Each answers with (merchant_id, subject, detail) for every violation. `{of}` narrows a table to
# the merchant asked for, and is nothing when all are.
_ACCOUNTS = """
WITH written AS (
    SELECT merchant_id, customer_id, unit_id, sum(amount) AS amount,
           sum(amount) FILTER (WHERE kind IN ('earn', 'import', 'refund')) AS earned,
           -sum(amount) FILTER (WHERE kind IN ('redeem', 'restore')) AS spent
    FROM entries {of}
    GROUP BY merchant_id, customer_id, unit_id
), held AS (
    SELECT merchant_id, customer_id, unit_id, sum(remaining) AS remaining,
           sum(remaining) FILTER (WHERE held_until IS NOT NULL AND released_at IS NULL) AS pending,
           min(CASE WHEN held_until IS NOT NULL AND released_at IS NULL
                    THEN nullif(held_until, '9999-12-31T00:00:00Z')
                    WHEN paused_at IS NULL OR expires_at <= paused_at THEN expires_at
               END) AS due_at
    FROM (SELECT * FROM lots {of_open}) l
    JOIN (
        SELECT merchant_id, id AS unit_id, (expiry ->> 'paused_at')::timestamptz AS paused_at
        FROM units
    ) u USING (merchant_id, unit_id)
    GROUP BY merchant_id, customer_id, unit_id
), owed AS (
    SELECT merchant_id, customer_id, unit_id, sum(remaining) AS remaining
    FROM debts {of}
    GROUP BY merchant_id, customer_id, unit_id
), books AS (
    SELECT merchant_id, customer_id, unit_id,
           a.customer_id IS NOT NULL AND a.opened_at IS NOT NULL AS opened,
           coalesce(a.available, 0) AS available, coalesce(a.pending, 0) AS pending,
           coalesce(a.debt, 0) AS debt, a.next_due_at, held.due_at,
           coalesce(a.lifetime_earned, 0) AS lifetime_earned,
           coalesce(a.lifetime_spent, 0) AS lifetime_spent,
           coalesce(written.amount, 0) AS entries, coalesce(written.earned, 0) AS earned,
           coalesce(written.spent, 0) AS spent, coalesce(held.remaining, 0) AS in_lots,
           coalesce(held.pending, 0) AS pending_lots, coalesce(owed.remaining, 0) AS in_debts
    FROM (SELECT * FROM accounts {of}) a
    FULL JOIN written USING (merchant_id, customer_id, unit_id)
    FULL JOIN held USING (merchant_id, customer_id, unit_id)
    FULL JOIN owed USING (merchant_id, customer_id, unit_id)
)
SELECT merchant_id, customer_id::text AS subject,
       format('available %s + pending %s - debt %s; entries %s; lots %s (%s pending) - debts %s; '
              'lifetime earned %s (%s), spent %s (%s); due %s (%s)',
              available, pending, debt, entries, in_lots, pending_lots, in_debts,
              lifetime_earned, earned, lifetime_spent, spent, next_due_at, due_at) AS detail
FROM books
WHERE available + pending - debt <> entries
   OR entries <> in_lots - in_debts
   OR pending <> pending_lots
   OR debt <> in_debts
   OR (available > 0 AND debt > 0)
   OR least(available, pending, debt) < 0
   OR lifetime_earned <> earned
   OR lifetime_spent <> spent
   OR (due_at IS NOT NULL AND (next_due_at IS NULL OR next_due_at > due_at))
"""

_LOTS = """
SELECT l.merchant_id, l.id::text AS subject,
       format('earned %s; left %s + drawn %s', l.earned, l.remaining, coalesce(d.drawn, 0))
           AS detail
FROM (SELECT * FROM lots {of}) l
LEFT JOIN (
    SELECT merchant_id, lot_id, sum(amount) AS drawn
    FROM draws {of}
    GROUP BY merchant_id, lot_id
) d ON d.merchant_id = l.merchant_id AND d.lot_id = l.id
WHERE l.earned <> l.remaining + coalesce(d.drawn, 0) OR l.remaining NOT BETWEEN 0 AND l.earned
"""

_DEBTS = """
SELECT o.merchant_id, o.id::text AS subject,
       format('owed %s; left %s + paid %s', o.owed, o.remaining, coalesce(d.paid, 0)) AS detail
FROM (SELECT * FROM debts {of}) o
LEFT JOIN (
    SELECT merchant_id, debt_id, sum(amount) AS paid
    FROM draws {of_debt}
    GROUP BY merchant_id, debt_id
) d ON d.merchant_id = o.merchant_id AND d.debt_id = o.id
WHERE o.owed <> o.remaining + coalesce(d.paid, 0)
"""

# What an entry did, told by the rows it made: lots it filled, draws it made (repayments only move
# points from a lot to a debt and change no balance), debts it opened or moved on.
_ENTRIES = """
SELECT merchant_id, id::text AS subject,
       format('entry %s; lots %s - draws %s - debts %s', sum(amount), sum(earned), sum(drawn),
              sum(owed)) AS detail
FROM (
    SELECT merchant_id, id, amount, 0::bigint AS earned, 0::bigint AS drawn, 0::bigint AS owed
    FROM entries {of}
  UNION ALL
    SELECT merchant_id, entry_id, 0, earned, 0, 0 FROM lots {of}
  UNION ALL
    SELECT merchant_id, entry_id, 0, 0, CASE WHEN lot_id IS NULL THEN -amount ELSE amount END, 0
    FROM draws {of_real}
  UNION ALL
    SELECT merchant_id, entry_id, 0, 0, 0, owed FROM debts {of}
) moved
GROUP BY merchant_id, id
HAVING sum(amount) <> sum(earned) - sum(drawn) - sum(owed)
"""

_TWICE = """
SELECT merchant_id, source_kind || ' ' || source_id || ' ' || step AS subject,
       format('written %s times', count(*)) AS detail
FROM entries {of}
GROUP BY merchant_id, source_kind, source_id, step
HAVING count(*) > 1
"""

_REFUNDS = """
SELECT merchant_id, source_kind || ' ' || source_id AS subject,
       format('earned %s, clawed back %s', sum(amount) FILTER (WHERE kind = 'earn'),
              -sum(amount) FILTER (WHERE kind = 'refund')) AS detail
FROM entries {of_order}
GROUP BY merchant_id, source_kind, source_id
HAVING sum(amount) < 0 AND bool_or(kind = 'earn')
UNION ALL
SELECT e.merchant_id, e.id::text, format('%s %s, reversed by %s', e.kind, e.amount, r.amount)
FROM (
    SELECT merchant_id, reverses_id, sum(amount) AS amount
    FROM entries {of_reversal}
    GROUP BY merchant_id, reverses_id
) r
JOIN entries e ON e.merchant_id = r.merchant_id AND e.id = r.reverses_id
WHERE abs(r.amount) > abs(e.amount) OR sign(r.amount) = sign(e.amount)
"""

_MERGES = """
SELECT merchant_id, source_id AS subject, format('sums to %s', sum(amount)) AS detail
FROM entries {of_merge}
GROUP BY merchant_id, unit_id, source_id
HAVING sum(amount) <> 0
UNION ALL
SELECT l.merchant_id, l.id::text, format('%s came over, %s left lot %s', sum(l.earned),
       coalesce(min(d.moved), 0), l.origin_id)
FROM (SELECT merchant_id, min(id::text) AS id, origin_id, sum(earned) AS earned
      FROM lots {of_moved}
      GROUP BY merchant_id, origin_id) l
LEFT JOIN (SELECT merchant_id, lot_id, sum(amount) AS moved
           FROM draws {of_move}
           GROUP BY merchant_id, lot_id) d
  ON d.merchant_id = l.merchant_id AND d.lot_id = l.origin_id
GROUP BY l.merchant_id, l.id, l.origin_id
HAVING sum(l.earned) <> coalesce(min(d.moved), 0)
"""

_DRAWS = """
SELECT d.merchant_id, d.id::text AS subject,
       format('%s %s: lot of %s, debt of %s, entry of %s', d.kind, d.amount,
              l.customer_id, o.customer_id, e.customer_id) AS detail
FROM (SELECT * FROM draws {of}) d
LEFT JOIN (SELECT * FROM lots {of}) l ON l.merchant_id = d.merchant_id AND l.id = d.lot_id
LEFT JOIN (SELECT * FROM debts {of}) o ON o.merchant_id = d.merchant_id AND o.id = d.debt_id
LEFT JOIN (SELECT * FROM entries {of}) e ON e.merchant_id = d.merchant_id AND e.id = d.entry_id
WHERE e.id IS NULL
   OR (d.lot_id IS NULL AND d.debt_id IS NULL)
   OR (d.lot_id IS NOT NULL AND (l.customer_id, l.unit_id)
                                IS DISTINCT FROM (e.customer_id, e.unit_id))
   OR (d.debt_id IS NOT NULL AND (o.customer_id, o.unit_id)
                                 IS DISTINCT FROM (e.customer_id, e.unit_id))
"""

# What the entries say a month brought, by the kinds that a roll-forward knows, against what lots
# took in, draws took out and debts opened in it, each by its own date. Repayments move points from
# a lot to a debt, merges from one account to another: a month's sums don't feel either, so merges
# are left out on one side and counted on the other. Where every month agrees, so does the closing
# at every month's end, and where one doesn't, it is named.
_LIABILITY = """
SELECT t.merchant_id, u.code || ' ' || to_char(t.month, 'YYYY-MM') AS subject,
       format('entries %s; lots - draws - debts %s', t.written, t.held) AS detail
FROM (
    SELECT s.merchant_id, s.unit_id,
           date_trunc('month', s.occurred_at AT TIME ZONE m.time_zone) AS month,
           sum(s.written) AS written, sum(s.held) AS held
    FROM (
        SELECT merchant_id, unit_id, occurred_at, amount AS written, 0::bigint AS held
        FROM entries {of_rolled}
      UNION ALL
        SELECT merchant_id, unit_id, occurred_at, 0, earned FROM lots {of_first}
      UNION ALL
        SELECT merchant_id, unit_id, occurred_at, 0, -owed FROM debts {of_first}
      UNION ALL
        SELECT e.merchant_id, e.unit_id, e.occurred_at, 0, l.earned
        FROM (SELECT * FROM lots {of_moved}) l
        JOIN entries e ON e.merchant_id = l.merchant_id AND e.id = l.entry_id
      UNION ALL
        SELECT e.merchant_id, e.unit_id, e.occurred_at, 0, -o.owed
        FROM (SELECT * FROM debts {of_moved}) o
        JOIN entries e ON e.merchant_id = o.merchant_id AND e.id = o.entry_id
      UNION ALL
        SELECT d.merchant_id, l.unit_id, d.occurred_at, 0, -d.amount
        FROM (SELECT * FROM draws {of_real}) d
        JOIN (SELECT * FROM lots {of}) l ON l.merchant_id = d.merchant_id AND l.id = d.lot_id
      UNION ALL
        SELECT d.merchant_id, o.unit_id, d.occurred_at, 0, d.amount
        FROM (SELECT * FROM draws {of_owed}) d
        JOIN debts o ON o.merchant_id = d.merchant_id AND o.id = d.debt_id
    ) s
    JOIN merchants m ON m.merchant_id = s.merchant_id
    GROUP BY s.merchant_id, s.unit_id, month
) t
JOIN units u ON u.merchant_id = t.merchant_id AND u.id = t.unit_id
WHERE t.written <> t.held
ORDER BY t.merchant_id, u.code, t.month
"""

_CHECKS = [
    (
        "accounts",
        "available + pending - debt = entries = lots - debts, per account?",
        _ACCOUNTS,
    ),
    ("lots", "earned = left + draws, in every lot?", _LOTS),
    ("debts", "owed = left + paid, for every debt?", _DEBTS),
    ("entries", "is every entry the sum of what it moved?", _ENTRIES),
    ("once", "is every source posted once?", _TWICE),
    ("refunds", "is nothing reversed beyond what it was?", _REFUNDS),
    ("merges", "do merges sum to zero, and lots arrive as they left?", _MERGES),
    (
        "liability",
        "opening + what each month brought = closing, in the entries as in the lots?",
        _LIABILITY,
    ),
    ("draws", "does every draw name a lot, a debt and an entry of one account?", _DRAWS),
]

_NARROWED = {
    "of_open": "remaining > 0",
    "of_debt": "debt_id IS NOT NULL",
    "of_real": "kind <> 'repay'",
    "of_owed": "lot_id IS NULL",
    "of_rolled": f"kind IN ({ROLLED})",
    "of_first": "origin_id IS NULL",
    "of_order": "kind IN ('earn', 'refund')",
    "of_reversal": "reverses_id IS NOT NULL",
    "of_merge": "kind = 'merge'",
    "of_moved": "origin_id IS NOT NULL",
    "of_move": "kind = 'move' AND lot_id IS NOT NULL",
}

# The checks aggregate whole tables: partition by partition, in memory, they take seconds.
_ROOM = """
SET LOCAL work_mem = '128MB';
SET LOCAL enable_partitionwise_join = on;
SET LOCAL enable_partitionwise_aggregate = on;
SET LOCAL jit = off;
"""


async def verify(session: AsyncSession, *, merchant_id: UUID | None = None) -> Report:
    """Check the books of one merchant, or of all, in a transaction opened for the platform.

    Every check runs over every row. Open the transaction with `database.platform(snapshot=True)`,
    so that all checks see the same instant, whatever is being written meanwhile.
    """
    connection = await bulk(session)
    await connection.execute(_ROOM)
    counts = await connection.fetchrow(_COUNTS, merchant_id)
    checks = [
        await _check(connection, name, question, sql, merchant_id)
        for name, question, sql in _CHECKS
    ]
    tables = ("accounts", "entries", "lots", "debts", "draws")
    return Report(dict(zip(tables, counts or (), strict=True)), checks)


async def _check(
    connection: Bulk, name: str, question: str, sql: str, merchant_id: UUID | None
) -> Check:
    only = "" if merchant_id is None else "merchant_id = $1"
    args = [] if merchant_id is None else [merchant_id]
    filters = {"of": f"WHERE {only}" if only else ""}
    for place, condition in _NARROWED.items():
        filters[place] = f"WHERE {condition}" + (f" AND {only}" if only else "")
    counted = "SELECT v.*, count(*) OVER () AS total FROM ("
    rows = await connection.fetch(f"{counted}{sql.format(**filters)}) v LIMIT {LISTED}", *args)
    listed = [Violation(name, row[0], row[1], row[2]) for row in rows]
    return Check(name, question, rows[0]["total"] if rows else 0, listed)
