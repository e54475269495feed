"""Friends whom customers had invited by the program.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE referral_invitations (
    merchant_id  uuid NOT NULL,
    id           uuid NOT NULL,
    advocate_id  uuid NOT NULL,
    channel      text NOT NULL CHECK (channel IN ('email', 'sms', 'whatsapp')),
    friend_hash  bytea NOT NULL,
    message_id   uuid,
    referral_id  uuid,
    asked_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, advocate_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, referral_id) REFERENCES referrals
);
CREATE INDEX referral_invitations_of ON referral_invitations (merchant_id, advocate_id, asked_at);
CREATE INDEX referral_invitations_to ON referral_invitations (merchant_id, friend_hash, asked_at);
CREATE INDEX referral_invitations_by ON referral_invitations (merchant_id, message_id)
    WHERE message_id IS NOT NULL;
CREATE INDEX referral_invitations_as ON referral_invitations (merchant_id, referral_id)
    WHERE referral_id IS NOT NULL;
CREATE INDEX referral_invitations_at ON referral_invitations (merchant_id, asked_at);
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["referral_invitations"])
