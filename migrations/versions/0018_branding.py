"""How a merchant looks to its customers, in versions, and the pictures it uploaded.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0018"
down_revision = "0017b"
branch_labels = None
depends_on = None

# A picture is packed as it is: the database need not try to make it smaller.
TABLES = """
CREATE TABLE branding_versions (
    merchant_id uuid NOT NULL REFERENCES merchants,
    version     integer NOT NULL CHECK (version > 0),
    settings    jsonb NOT NULL,
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    PRIMARY KEY (merchant_id, version)
);
CREATE TABLE pictures (
    merchant_id uuid NOT NULL REFERENCES merchants,
    hash        text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    body        bytea NOT NULL CHECK (length(body) BETWEEN 1 AND 1000000),
    width       integer NOT NULL CHECK (width > 0),
    height      integer NOT NULL CHECK (height > 0),
    uploaded_at timestamptz NOT NULL,
    uploaded_by text NOT NULL,
    PRIMARY KEY (merchant_id, hash)
);
ALTER TABLE pictures ALTER COLUMN body SET STORAGE EXTERNAL;
"""

TENANT_TABLES = ["branding_versions", "pictures"]
APPEND_ONLY = ["branding_versions"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, append_only=APPEND_ONLY)
