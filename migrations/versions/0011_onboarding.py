"""Steps of the onboarding that a merchant leaves out, and thresholds of a plan that were reached.

Locks: takes the customers for as long as one small index over them is built. Way back: drop what
is created here.
"""

from alembic import context, op

from loyalnest.kernel import tenancy

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE onboarding_dismissals (
    merchant_id  uuid NOT NULL REFERENCES merchants,
    step         text NOT NULL,
    dismissed_at timestamptz NOT NULL,
    dismissed_by text NOT NULL,
    PRIMARY KEY (merchant_id, step)
);
CREATE TABLE usage_notices (
    merchant_id uuid NOT NULL REFERENCES merchants,
    month       date NOT NULL,
    percent     integer NOT NULL CHECK (percent > 0),
    orders      bigint NOT NULL,
    plan        text NOT NULL,
    reached_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, month, percent)
);
CREATE INDEX customers_enrolled ON customers (merchant_id) WHERE enrolled_at IS NOT NULL;
"""

TENANT_TABLES = ["onboarding_dismissals", "usage_notices"]
APPEND_ONLY = ["usage_notices"]


def upgrade() -> None:
    roles = {
        role: context.config.attributes[f"{role}_role"] for role in ("application", "platform")
    }
    _run(TABLES)
    for table in TENANT_TABLES:
        _run(tenancy.protect(table, **roles))
    for table in APPEND_ONLY:
        _run(tenancy.append_only(table, **roles))


def _run(sql: str) -> None:
    # Sent as it stands: these blocks hold several statements and colons that are not parameters.
    connection = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda raw: raw.execute(sql))
