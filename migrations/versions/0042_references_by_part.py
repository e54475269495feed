"""What refers to a merchant's row looks for it in the one part where it can be.

Locks: each table that refers to another in parts, and that other one, against writing while its
rows are checked once more: some seconds for a million rows. Way back: none is needed, every
reference is kept as before.
"""

from loyalnest.kernel import tenancy

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tenancy.refer_by_part()
