"""Referrals: codes, who brought whom, what became of it, clicks, and merchants who bring merchants.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE referral_programs (
    merchant_id    uuid NOT NULL REFERENCES merchants,
    version        integer NOT NULL CHECK (version > 0),
    effective_from timestamptz NOT NULL,
    settings       jsonb NOT NULL,
    created_at     timestamptz NOT NULL,
    created_by     text NOT NULL,
    PRIMARY KEY (merchant_id, version)
);
CREATE TABLE referral_codes (
    merchant_id uuid NOT NULL,
    code        text NOT NULL,
    customer_id uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, code),
    UNIQUE (merchant_id, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE TABLE referrals (
    merchant_id     uuid NOT NULL,
    id              uuid NOT NULL,
    code            text NOT NULL,
    advocate_id     uuid NOT NULL,
    friend_id       uuid NOT NULL,
    parent_id       uuid,
    program_version integer NOT NULL,
    channel         text NOT NULL,
    signals         text[] NOT NULL,
    review          text CHECK (review IN ('waiting', 'approved', 'rejected')),
    status          text NOT NULL CHECK (status IN ('pending', 'completed', 'expired', 'rejected')),
    reason          text,
    claimed_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    order_id        uuid,
    due_at          timestamptz,
    completed_at    timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, friend_id),
    FOREIGN KEY (merchant_id, code) REFERENCES referral_codes,
    FOREIGN KEY (merchant_id, advocate_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, friend_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, parent_id) REFERENCES referrals,
    FOREIGN KEY (merchant_id, program_version) REFERENCES referral_programs,
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders
) PARTITION BY HASH (merchant_id);
CREATE INDEX referrals_advocate ON referrals (merchant_id, advocate_id, id);
CREATE INDEX referrals_code ON referrals (merchant_id, code, id);
CREATE INDEX referrals_parent ON referrals (merchant_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX referrals_order ON referrals (merchant_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX referrals_due ON referrals (merchant_id, due_at) WHERE status = 'pending';
CREATE INDEX referrals_expiring ON referrals (merchant_id, expires_at) WHERE status = 'pending';
CREATE INDEX referrals_waiting ON referrals (merchant_id, id) WHERE review = 'waiting';
CREATE TABLE referral_moves (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    referral_id uuid NOT NULL,
    from_status text,
    to_status   text NOT NULL,
    reason      text,
    actor       text NOT NULL,
    note        text,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, referral_id) REFERENCES referrals
) PARTITION BY HASH (merchant_id);
CREATE INDEX referral_moves_referral ON referral_moves (merchant_id, referral_id, id);
CREATE TABLE referral_clicks (
    merchant_id uuid NOT NULL,
    code        text NOT NULL,
    day         date NOT NULL,
    channel     text NOT NULL,
    clicks      bigint NOT NULL CHECK (clicks > 0),
    PRIMARY KEY (merchant_id, code, day, channel),
    FOREIGN KEY (merchant_id, code) REFERENCES referral_codes
) PARTITION BY HASH (merchant_id);
CREATE TABLE referral_marks (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('address', 'card', 'device', 'ip')),
    hash        bytea NOT NULL,
    seen_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, kind, hash),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX referral_marks_seen ON referral_marks (merchant_id, seen_at);
CREATE TABLE merchant_referrals (
    merchant_id  uuid NOT NULL REFERENCES merchants,
    referred_id  uuid NOT NULL,
    joined_at    timestamptz NOT NULL,
    completed_at timestamptz,
    PRIMARY KEY (merchant_id, referred_id),
    CHECK (merchant_id <> referred_id)
);
CREATE UNIQUE INDEX merchant_referrals_once ON merchant_referrals (referred_id);
"""

PARTITIONED = [
    "referral_codes",
    "referrals",
    "referral_moves",
    "referral_clicks",
    "referral_marks",
]
TENANT_TABLES = ["referral_programs", *PARTITIONED, "merchant_referrals"]
APPEND_ONLY = ["referral_programs", "referral_moves"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, partitioned=PARTITIONED, append_only=APPEND_ONLY)
