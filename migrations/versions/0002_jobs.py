"""The job queue's own tables, in a schema of their own.

Locks: creates only; nothing existing is touched. Way back: `DROP SCHEMA jobs CASCADE`.

The tables are those of the queue's library at the version in the lock file; a newer library that
wants them otherwise needs a migration of its own, and a test says so.
"""

from alembic import context, op

from loyalnest.kernel import jobs

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    application = context.config.attributes["application_role"]
    platform = context.config.attributes["platform_role"]
    _run("CREATE SCHEMA jobs")
    _run(jobs.install_statements())
    # A tenant's transaction may ask for a job and learn whether its key is taken; no more.
    _run(
        f"GRANT USAGE ON SCHEMA jobs TO {application}, {platform};"
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO {application}, {platform};"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO {platform};"
        f"GRANT INSERT ON jobs.pgqueuer, jobs.pgqueuer_log TO {application};"
        f"GRANT SELECT (id, entrypoint, priority, dedupe_key, status) ON jobs.pgqueuer"
        f" TO {application};"
    )


def _run(sql: str) -> None:
    connection = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda raw: raw.execute(sql))
