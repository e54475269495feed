"""Whether an API key is good is told by one statement, rather than by a transaction of four.

The function does what every transaction of the application begins with, and then asks: it acts for
the merchant in the application's role, held by row-level security like any other statement, until
the transaction that calls it ends. It runs with the rights of whoever calls it.

Locks: none. Way back: drop the function.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
CREATE FUNCTION scopes_of_key(role text, merchant uuid, key uuid) RETURNS text[]
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('role', role, true);
    PERFORM set_config('loyalnest.merchants', merchant::text, true);
    RETURN (SELECT scopes FROM api_keys
             WHERE merchant_id = merchant AND id = key AND revoked_at IS NULL);
END
$$
""")
