"""What of a program is on a shop's pages, in versions, and what speaks up there by itself.

Locks: creates only; nothing existing is touched. Way back: drop what is created here; pages then
show what they do by default.
"""

from loyalnest.kernel import tenancy

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE site_versions (
    merchant_id uuid NOT NULL REFERENCES merchants,
    version     integer NOT NULL CHECK (version > 0),
    settings    jsonb NOT NULL,
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    PRIMARY KEY (merchant_id, version)
);
CREATE TABLE nudges (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'archived')),
    version     integer NOT NULL CHECK (version > 0),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    updated_by  text NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE TABLE nudge_versions (
    merchant_id uuid NOT NULL,
    nudge_id    uuid NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    terms       jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    created_by  text NOT NULL,
    PRIMARY KEY (merchant_id, nudge_id, version),
    FOREIGN KEY (merchant_id, nudge_id) REFERENCES nudges
);
"""

TENANT_TABLES = ["site_versions", "nudges", "nudge_versions"]
APPEND_ONLY = ["site_versions", "nudge_versions"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, append_only=APPEND_ONLY)
