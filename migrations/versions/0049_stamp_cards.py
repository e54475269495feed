"""Stamp cards: programs in versions, customers' cards, stampings, and what stages brought.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE card_programs (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    unit_id     uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'archived')),
    version     integer NOT NULL CHECK (version > 0),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    updated_by  text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, unit_id),
    FOREIGN KEY (merchant_id, unit_id) REFERENCES units
);
CREATE TABLE card_program_versions (
    merchant_id uuid NOT NULL,
    program_id  uuid NOT NULL,
    version     integer NOT NULL CHECK (version > 0),
    terms       jsonb NOT NULL,
    made_at     timestamptz NOT NULL,
    made_by     text NOT NULL,
    PRIMARY KEY (merchant_id, program_id, version),
    FOREIGN KEY (merchant_id, program_id) REFERENCES card_programs
);
CREATE TABLE cards (
    merchant_id   uuid NOT NULL,
    id            uuid NOT NULL,
    program_id    uuid NOT NULL,
    customer_id   uuid NOT NULL,
    number        text NOT NULL,
    state         text NOT NULL CHECK (state IN ('active', 'void')),
    round         integer NOT NULL CHECK (round > 0),
    version       integer NOT NULL,
    moves         bigint NOT NULL,
    code_step     bigint NOT NULL,
    opened_at     timestamptz NOT NULL,
    last_stamp_at timestamptz,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, number),
    UNIQUE (merchant_id, customer_id, program_id),
    FOREIGN KEY (merchant_id, program_id, version) REFERENCES card_program_versions,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX cards_program ON cards (merchant_id, program_id, id);
CREATE TABLE stamps (
    merchant_id   uuid NOT NULL,
    id            uuid NOT NULL,
    card_id       uuid NOT NULL,
    customer_id   uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('visit', 'welcome', 'birthday', 'extra')),
    count         integer NOT NULL CHECK (count > 0),
    store_id      uuid,
    stamper_id    uuid,
    clerk_id      uuid,
    actor         text NOT NULL,
    purchase      numeric(14, 3) CHECK (purchase >= 0),
    currency      text,
    offline       boolean NOT NULL,
    key           text NOT NULL,
    request_hash  bytea NOT NULL,
    occurred_at   timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    undone_at     timestamptz,
    undone_by     text,
    undone_reason text,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, key),
    FOREIGN KEY (merchant_id, card_id) REFERENCES cards,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, store_id) REFERENCES stores,
    CHECK ((purchase IS NULL) = (currency IS NULL))
) PARTITION BY HASH (merchant_id);
CREATE INDEX stamps_card ON stamps (merchant_id, card_id, occurred_at);
CREATE INDEX stamps_customer ON stamps (merchant_id, customer_id, occurred_at);
CREATE INDEX stamps_stamper ON stamps (merchant_id, stamper_id, recorded_at)
    WHERE stamper_id IS NOT NULL;
CREATE TABLE card_rewards (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    card_id     uuid NOT NULL,
    customer_id uuid NOT NULL,
    round       integer NOT NULL,
    version     integer NOT NULL,
    stage       text NOT NULL,
    count       integer NOT NULL,
    name        text NOT NULL,
    cost        numeric(14, 3),
    state       text NOT NULL CHECK (state IN ('due', 'used', 'taken_back')),
    entry_id    uuid,
    earned_at   timestamptz NOT NULL,
    changed_at  timestamptz NOT NULL,
    used_at     timestamptz,
    used_by     text,
    use_key     text,
    store_id    uuid,
    stamper_id  uuid,
    clerk_id    uuid,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, card_id, round, stage),
    FOREIGN KEY (merchant_id, card_id) REFERENCES cards,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, store_id) REFERENCES stores,
    FOREIGN KEY (merchant_id, entry_id) REFERENCES entries
) PARTITION BY HASH (merchant_id);
CREATE INDEX stamps_store ON stamps (merchant_id, store_id, occurred_at) WHERE store_id IS NOT NULL;
CREATE INDEX card_rewards_store ON card_rewards (merchant_id, store_id) WHERE store_id IS NOT NULL;
CREATE INDEX card_rewards_due ON card_rewards (merchant_id, customer_id) WHERE state = 'due';
CREATE INDEX card_rewards_customer ON card_rewards (merchant_id, customer_id, earned_at);
CREATE INDEX card_rewards_entry ON card_rewards (merchant_id, entry_id) WHERE entry_id IS NOT NULL;
CREATE TABLE card_conversions (
    merchant_id  uuid NOT NULL,
    id           uuid NOT NULL,
    card_id      uuid NOT NULL,
    direction    text NOT NULL CHECK (direction IN ('to_points', 'to_stamps')),
    stamps       integer NOT NULL CHECK (stamps > 0),
    points       bigint NOT NULL CHECK (points > 0),
    actor        text NOT NULL,
    converted_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, card_id) REFERENCES cards
);
CREATE INDEX card_conversions_card ON card_conversions (merchant_id, card_id, id);
"""


def upgrade() -> None:
    tenancy.create(
        TABLES,
        tables=[
            "card_programs",
            "card_program_versions",
            "cards",
            "stamps",
            "card_rewards",
            "card_conversions",
        ],
        partitioned=["cards", "stamps", "card_rewards"],
    )
