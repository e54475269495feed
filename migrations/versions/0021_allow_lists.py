"""Where a merchant's staff may sign in from.

Locks: creates only; nothing existing is touched. Way back: drop what is created here; staff then
sign in from anywhere.
"""

from loyalnest.kernel import tenancy

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# The networks are in clear, for every request of staff asks for them; what people call them, which
# may be somebody's name, is sealed, as one text for all of them in their order.
TABLES = """
CREATE TABLE allow_lists (
    merchant_id   uuid PRIMARY KEY REFERENCES merchants,
    version       integer NOT NULL,
    networks      cidr[] NOT NULL,
    labels_sealed bytea
);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["allow_lists"])
