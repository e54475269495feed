"""The search index is written once a term; what a customer is found by stands in one row of theirs.

`customer_search` had a second index, and the key's number in every row, only to find a customer's
rows again or those of an old key. Its terms become numbers of eight bytes, which compare faster
than strings of eight. And the statistics leave out what no query asks for: sampling the JSON of
orders, entries and events took most of what ANALYZE cost.

Locks: `customer_search` exclusively while it is written anew, about a minute for ten million rows;
`orders`, `entries` and `events` for an instant. Way back: create `customer_search` as it was and
empty, and let `loyalnest keys rotate` fill it; the statistics may stay.
"""

from alembic import op

from loyalnest.kernel import tenancy

revision = "0017b"
down_revision = "0017"
branch_labels = None
depends_on = None

_TERMS = """
CREATE TABLE customer_terms (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    key_id      smallint NOT NULL,
    tokens      bigint[] NOT NULL,
    PRIMARY KEY (merchant_id, customer_id)
) PARTITION BY HASH (merchant_id);
"""
# The owner of a table sees its rows only while policies aren't forced on it.
_COLLECT = """
ALTER TABLE customer_search NO FORCE ROW LEVEL SECURITY;
ALTER TABLE customer_terms NO FORCE ROW LEVEL SECURITY;
INSERT INTO customer_terms (merchant_id, customer_id, key_id, tokens)
SELECT merchant_id, customer_id, min(key_id),
       array_agg(DISTINCT ('x' || encode(token, 'hex'))::bit(64)::bigint)
FROM customer_search
GROUP BY merchant_id, customer_id;
DROP TABLE customer_search;
"""
_SEARCH = """
CREATE TABLE customer_search (
    merchant_id uuid NOT NULL,
    token       bigint NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, token, customer_id)
) PARTITION BY HASH (merchant_id);
"""
_FILL = """
ALTER TABLE customer_search NO FORCE ROW LEVEL SECURITY;
INSERT INTO customer_search (merchant_id, token, customer_id)
SELECT merchant_id, unnest(tokens) AS token, customer_id
FROM customer_terms
ORDER BY merchant_id, token, customer_id;
ALTER TABLE customer_search FORCE ROW LEVEL SECURITY;
ALTER TABLE customer_terms FORCE ROW LEVEL SECURITY;
"""
_NEVER_ASKED_FOR = {
    "orders": ("lines", "total", "spend", "shipping", "tips"),
    "entries": ("basis", "request_hash", "reason"),
    "events": ("data", "author"),
}


def upgrade() -> None:
    tenancy.create(_TERMS, tables=["customer_terms"], partitioned=["customer_terms"])
    tenancy.run(_COLLECT)
    tenancy.create(_SEARCH, tables=["customer_search"], partitioned=["customer_search"])
    tenancy.run(_FILL)
    for table, columns in _NEVER_ASKED_FOR.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
