"""Cards in the wallets of phones: passes, the phones that hold them, and what they are to be told.

Locks: creates only; nothing existing is touched. Way back: drop what is created here, and what the
directory lists of the kinds `pass` and `pass_device`.
"""

from loyalnest.kernel import tenancy

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE passes (
    merchant_id  uuid NOT NULL,
    id           uuid NOT NULL,
    card_id      uuid NOT NULL,
    platform     text NOT NULL CHECK (platform IN ('apple', 'google')),
    serial       text NOT NULL,
    token_sealed bytea NOT NULL,
    tag          bigint NOT NULL,
    made_at      timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    voided_at    timestamptz,
    made_of      text,
    saved        boolean NOT NULL DEFAULT false,
    told_at      timestamptz,
    notified_at  timestamptz[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, card_id, platform),
    FOREIGN KEY (merchant_id, card_id) REFERENCES cards
) PARTITION BY HASH (merchant_id);
COMMENT ON COLUMN passes.tag IS 'place in the log of what changed it last; 0: nothing has';
COMMENT ON COLUMN passes.changed_at IS 'whole seconds, later with every change';
COMMENT ON COLUMN passes.made_of IS 'digest of the content that was made into a file last, or told';
COMMENT ON COLUMN passes.saved IS 'of Google: somebody has it';
CREATE INDEX passes_voided ON passes (merchant_id, voided_at) WHERE voided_at IS NOT NULL;
CREATE TABLE pass_devices (
    merchant_id  uuid NOT NULL REFERENCES merchants,
    id           uuid NOT NULL,
    name_hash    bytea NOT NULL,
    token_hash   bytea NOT NULL,
    token_sealed bytea NOT NULL,
    made_at      timestamptz NOT NULL,
    told_at      timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, name_hash)
) PARTITION BY HASH (merchant_id);
CREATE INDEX pass_devices_token ON pass_devices (merchant_id, token_hash);
CREATE TABLE pass_registrations (
    merchant_id   uuid NOT NULL,
    pass_id       uuid NOT NULL,
    device_id     uuid NOT NULL,
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, pass_id, device_id),
    FOREIGN KEY (merchant_id, pass_id) REFERENCES passes,
    FOREIGN KEY (merchant_id, device_id) REFERENCES pass_devices
) PARTITION BY HASH (merchant_id);
CREATE INDEX pass_registrations_device ON pass_registrations (merchant_id, device_id);
CREATE TABLE pass_updates (
    merchant_id uuid NOT NULL REFERENCES merchants,
    platform    text NOT NULL,
    target_id   uuid NOT NULL,
    version     bigint NOT NULL,
    due_at      timestamptz NOT NULL,
    since       timestamptz NOT NULL,
    tries       integer NOT NULL DEFAULT 0,
    busy_until  timestamptz,
    PRIMARY KEY (merchant_id, platform, target_id)
) WITH (fillfactor = 70);
CREATE INDEX pass_updates_due ON pass_updates (platform, due_at);
COMMENT ON TABLE pass_updates IS 'which phones (Apple) and passes (Google) are still to be told';
CREATE TABLE pass_tellings (
    merchant_id uuid NOT NULL REFERENCES merchants,
    platform    text NOT NULL,
    told        text NOT NULL,
    day         date NOT NULL,
    count       bigint NOT NULL,
    reason      text,
    last_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, platform, told, day)
) WITH (fillfactor = 70);
CREATE TABLE pass_programs (
    merchant_id uuid NOT NULL,
    program_id  uuid NOT NULL,
    made_of     text NOT NULL,
    put_at      timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, program_id),
    FOREIGN KEY (merchant_id, program_id) REFERENCES card_programs
);
COMMENT ON TABLE pass_programs IS 'what Google was told of each card program';
CREATE TABLE pass_callbacks (
    merchant_id uuid NOT NULL REFERENCES merchants,
    nonce_hash  bytea NOT NULL,
    came_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, nonce_hash)
);
CREATE INDEX pass_callbacks_age ON pass_callbacks (merchant_id, came_at);
"""


def upgrade() -> None:
    tenancy.create(
        TABLES,
        tables=[
            *("passes", "pass_devices", "pass_registrations", "pass_updates"),
            *("pass_tellings", "pass_programs", "pass_callbacks"),
        ],
        partitioned=["passes", "pass_devices", "pass_registrations"],
    )
