"""Until which day merchants' customers were told what lies ahead.

Locks: creates only; nothing existing is touched. Way back: drop what is created here; what lies
ahead of a day that was told already is looked at again then, and nobody is told twice.
"""

from loyalnest.kernel import tenancy

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE notice_days (
    merchant_id uuid NOT NULL PRIMARY KEY REFERENCES merchants,
    told_on     date NOT NULL
);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["notice_days"])
