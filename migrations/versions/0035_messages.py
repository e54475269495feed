"""Messages, whoever carries them, and what became of each.

`message_queue` holds what is still to go, in narrow rows that come and go; `messages` what was
asked for and how it ended, for good. Locks: creates only; nothing existing is touched. Way back:
drop what is created here; messages that wait are not sent then.
"""

from loyalnest.kernel import tenancy

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE senders (
    merchant_id        uuid NOT NULL REFERENCES merchants,
    id                 uuid NOT NULL,
    channel            text NOT NULL CHECK (channel IN ('email', 'sms', 'whatsapp')),
    provider           text NOT NULL,
    origin             text NOT NULL,
    name               text NOT NULL,
    credentials_sealed bytea NOT NULL,
    options            jsonb NOT NULL,
    rate_per_s         double precision NOT NULL CHECK (rate_per_s > 0),
    repeats_in_doubt   boolean NOT NULL,
    state              text NOT NULL CHECK (state IN ('on', 'paused', 'broken', 'replaced')),
    reason             text,
    version            integer NOT NULL CHECK (version > 0),
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    updated_by         text NOT NULL,
    PRIMARY KEY (merchant_id, id)
);
CREATE UNIQUE INDEX senders_of_channel ON senders (merchant_id, channel) WHERE state <> 'replaced';

CREATE TABLE sender_pace (
    merchant_id  uuid NOT NULL,
    sender_id    uuid NOT NULL,
    owner        uuid,
    owned_until  timestamptz,
    failures     integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    paused_until timestamptz,
    paused_for   text,
    PRIMARY KEY (merchant_id, sender_id),
    FOREIGN KEY (merchant_id, sender_id) REFERENCES senders
) WITH (fillfactor = 50);

CREATE TABLE messages (
    merchant_id      uuid NOT NULL,
    id               uuid NOT NULL,
    customer_id      uuid NOT NULL,
    sender_id        uuid NOT NULL,
    channel          text NOT NULL,
    occasion         text NOT NULL,
    purpose          text NOT NULL CHECK (purpose IN ('transactional', 'outreach')),
    source_kind      text NOT NULL,
    source_id        uuid NOT NULL,
    step             text NOT NULL,
    leg              smallint NOT NULL CHECK (leg >= 0),
    chain            text[] NOT NULL,
    fallback_of      uuid,
    root_id          uuid NOT NULL,
    journey_id       uuid,
    words_version    integer,
    language         text,
    variables_sealed bytea,
    letter_sealed    bytea,
    state            text NOT NULL CHECK (state IN ('waiting', 'held', 'queued', 'sent',
                         'delivered', 'read', 'failed', 'dropped', 'in_doubt')),
    reason           text,
    code             text,
    provider_id      text,
    asked_at         timestamptz NOT NULL,
    due_at           timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    state_at         timestamptz NOT NULL,
    handed_over_at   timestamptz,
    clicked_at       timestamptz,
    redeemed_at      timestamptz,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, sender_id) REFERENCES senders
) PARTITION BY HASH (merchant_id);
CREATE UNIQUE INDEX messages_once ON messages (merchant_id, source_id, source_kind, step, leg);
CREATE INDEX messages_of_customer ON messages (merchant_id, customer_id, id);
CREATE INDEX messages_by_provider ON messages (merchant_id, provider_id)
    WHERE provider_id IS NOT NULL;
CREATE INDEX messages_of_journey ON messages (merchant_id, journey_id, id)
    WHERE journey_id IS NOT NULL;
CREATE INDEX messages_unsent ON messages (merchant_id, state, id)
    WHERE state IN ('held', 'failed', 'dropped', 'in_doubt');

CREATE TABLE message_moves (
    merchant_id uuid NOT NULL,
    message_id  uuid NOT NULL,
    id          uuid NOT NULL,
    state       text NOT NULL,
    reason      text,
    code        text,
    told_at     timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, message_id, id)
) PARTITION BY HASH (merchant_id);

CREATE TABLE message_queue (
    merchant_id   uuid NOT NULL,
    message_id    uuid NOT NULL,
    sender_id     uuid NOT NULL,
    lane          smallint NOT NULL CHECK (lane IN (0, 1)),
    customer_id   uuid NOT NULL,
    due_at        timestamptz NOT NULL,
    tries         smallint NOT NULL DEFAULT 0,
    attempt       smallint NOT NULL DEFAULT 0,
    doubtful      boolean NOT NULL DEFAULT false,
    claimed_by    uuid,
    claimed_at    timestamptz,
    letter_sealed bytea,
    PRIMARY KEY (merchant_id, message_id)
) WITH (fillfactor = 70);
CREATE INDEX message_queue_due ON message_queue (merchant_id, sender_id, lane, due_at, message_id);
CREATE INDEX message_queue_of_customer ON message_queue (merchant_id, customer_id, sender_id);

CREATE TABLE outreach_marks (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    message_id  uuid NOT NULL,
    last_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
);

CREATE TABLE early_statuses (
    merchant_id uuid NOT NULL REFERENCES merchants,
    provider_id text NOT NULL,
    state       text NOT NULL,
    reason      text,
    code        text,
    told_at     timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, provider_id, state)
);
"""

TENANT_TABLES = [
    "senders",
    "sender_pace",
    "messages",
    "message_moves",
    "message_queue",
    "outreach_marks",
    "early_statuses",
]
PARTITIONED = ["messages", "message_moves"]
APPEND_ONLY = ["message_moves"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, partitioned=PARTITIONED, append_only=APPEND_ONLY)
