"""What merchants say in their messages, and how providers judge what WhatsApp templates say.

Nothing is kept for what a merchant has never worded: the product's words count, and better ones
reach everybody who changed nothing.

Locks: none. Way back: drop the tables; messages then say what we say.
"""

from loyalnest.kernel import tenancy

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE message_template_versions (
    merchant_id uuid NOT NULL REFERENCES merchants,
    occasion    text NOT NULL,
    channel     text NOT NULL CHECK (channel IN ('email', 'sms', 'whatsapp')),
    language    text NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    words       jsonb,
    saved_at    timestamptz NOT NULL,
    saved_by    text NOT NULL,
    PRIMARY KEY (merchant_id, occasion, channel, language, version)
);
CREATE TABLE message_template_approvals (
    merchant_id uuid NOT NULL REFERENCES merchants,
    name        text NOT NULL,
    language    text NOT NULL,
    approval    text NOT NULL
        CHECK (approval IN ('unsubmitted', 'pending', 'approved', 'rejected', 'paused')),
    noted_at    timestamptz NOT NULL,
    noted_by    text NOT NULL,
    PRIMARY KEY (merchant_id, name, language)
);
"""


def upgrade() -> None:
    tenancy.create(
        TABLES,
        tables=["message_template_versions", "message_template_approvals"],
        append_only=["message_template_versions"],
    )
