"""A member counts once in an experiment, with however many browsers they met it.

Locks: `experiment_exposures` exclusively while it is looked through and the index is made, some
seconds for a million rows. Way back: drop the index.
"""

from loyalnest.kernel import tenancy

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# Whom a member met first stays. The owner of a table sees its rows only while policies aren't
# forced on it.
_ONCE = """
ALTER TABLE experiment_exposures NO FORCE ROW LEVEL SECURITY;
DELETE FROM experiment_exposures e
USING experiment_exposures earlier
WHERE earlier.merchant_id = e.merchant_id
  AND earlier.experiment_id = e.experiment_id
  AND earlier.customer_id = e.customer_id
  AND (earlier.met_at, earlier.visitor) < (e.met_at, e.visitor);
ALTER TABLE experiment_exposures FORCE ROW LEVEL SECURITY;
CREATE UNIQUE INDEX experiment_exposures_member
    ON experiment_exposures (merchant_id, experiment_id, customer_id)
    WHERE customer_id IS NOT NULL;
"""


def upgrade() -> None:
    tenancy.run(_ONCE)
