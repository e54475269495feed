"""What merchants want customers to be told as it happens.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE notice_settings (
    merchant_id uuid NOT NULL REFERENCES merchants,
    version     integer NOT NULL,
    settings    jsonb NOT NULL,
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    PRIMARY KEY (merchant_id, version)
);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["notice_settings"], append_only=["notice_settings"])
