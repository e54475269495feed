"""Tools that are told what happens in a program, and how far in the log each has come.

Locks: creates only. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE sinks (
    merchant_id        uuid NOT NULL REFERENCES merchants,
    id                 uuid NOT NULL,
    provider           text NOT NULL,
    credentials_sealed bytea NOT NULL,
    options            jsonb NOT NULL,
    state              text NOT NULL CHECK (state IN ('on', 'broken')),
    reason             text,
    position           bigint NOT NULL CHECK (position >= 0),
    connected_at       timestamptz NOT NULL,
    busy_until         timestamptz,
    failures           integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    paused_until       timestamptz,
    updated_at         timestamptz NOT NULL,
    updated_by         text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, provider)
);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["sinks"])
