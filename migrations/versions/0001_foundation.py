"""The foundation: tenants, people, the ledger, orders, the inbox and the event log.

Locks: creates only; nothing existing is touched. Way back: drop the database.

Written as SQL on purpose: policies, grants and partitions are the point of this schema, and they
should be read as what they are. Large tables are partitioned by hash of the merchant, and
`merchant_id` leads every primary and foreign key, so the same schema can be spread by Citus.
"""

from alembic import context, op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTITIONS = 8

# A column list, then what the table needs beyond it. `{T}` is the table's name.
MERCHANTS = """
CREATE TABLE merchants (
    merchant_id  uuid PRIMARY KEY,
    handle       text NOT NULL UNIQUE CHECK (handle ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name         text NOT NULL,
    currency     text NOT NULL,
    time_zone    text NOT NULL,
    locale       text NOT NULL DEFAULT 'en',
    created_at   timestamptz NOT NULL,
    suspended_at timestamptz
);
CREATE TABLE stores (
    merchant_id    uuid NOT NULL REFERENCES merchants,
    id             uuid NOT NULL,
    provider       text NOT NULL,
    domain         text NOT NULL,
    name           text NOT NULL,
    created_at     timestamptz NOT NULL,
    uninstalled_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, provider, domain)
);
CREATE TABLE program_versions (
    merchant_id    uuid NOT NULL REFERENCES merchants,
    version        integer NOT NULL CHECK (version > 0),
    effective_from timestamptz NOT NULL,
    settings       jsonb NOT NULL,
    created_at     timestamptz NOT NULL,
    created_by     text NOT NULL,
    PRIMARY KEY (merchant_id, version)
);
"""

STAFF = """
CREATE TABLE staff_members (
    merchant_id   uuid NOT NULL REFERENCES merchants,
    id            uuid NOT NULL,
    email_sealed  bytea NOT NULL,
    email_hash    bytea NOT NULL,
    name_sealed   bytea,
    role          text NOT NULL,
    password_hash text,
    created_at    timestamptz NOT NULL,
    disabled_at   timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, email_hash)
);
CREATE TABLE refresh_tokens (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    family_id   uuid NOT NULL,
    staff_id    uuid NOT NULL,
    secret_hash bytea NOT NULL,
    issued_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    revoked_at  timestamptz,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, staff_id) REFERENCES staff_members ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (merchant_id, family_id);
CREATE INDEX refresh_tokens_staff ON refresh_tokens (merchant_id, staff_id);
CREATE TABLE api_keys (
    merchant_id  uuid NOT NULL REFERENCES merchants,
    id           uuid NOT NULL,
    name         text NOT NULL,
    secret_hash  bytea NOT NULL,
    hint         text NOT NULL,
    scopes       text[] NOT NULL,
    created_at   timestamptz NOT NULL,
    created_by   text NOT NULL,
    revoked_at   timestamptz,
    PRIMARY KEY (merchant_id, id)
);
"""

CUSTOMERS = """
CREATE TABLE customers (
    merchant_id     uuid NOT NULL REFERENCES merchants,
    id              uuid NOT NULL,
    email_sealed    bytea,
    phone_sealed    bytea,
    name_sealed     bytea,
    birthday_sealed bytea,
    locale          text,
    enrolled_at     timestamptz,
    merged_into     uuid,
    erased_at       timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, merged_into) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX customers_merged ON customers (merchant_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE customer_identities (
    merchant_id uuid NOT NULL,
    kind        text NOT NULL,
    scope       uuid NOT NULL,
    key         bytea NOT NULL,
    customer_id uuid NOT NULL,
    verified    boolean NOT NULL DEFAULT false,
    key_id      smallint NOT NULL DEFAULT 0,
    sealed      bytea,
    source_version timestamptz,
    origin_id   uuid,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, kind, scope, key),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX customer_identities_customer ON customer_identities (merchant_id, customer_id);
-- No foreign key: some twenty rows a customer, written under a lock on the customer's row; checking
-- each of them would double what they cost.
CREATE TABLE customer_search (
    merchant_id uuid NOT NULL,
    token       bytea NOT NULL,
    customer_id uuid NOT NULL,
    key_id      smallint NOT NULL,
    PRIMARY KEY (merchant_id, token, customer_id)
) PARTITION BY HASH (merchant_id);
CREATE INDEX customer_search_customer ON customer_search (merchant_id, customer_id);
CREATE TABLE merge_candidates (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    other_id    uuid NOT NULL,
    reason      text NOT NULL,
    seen_at     timestamptz NOT NULL,
    settled_at  timestamptz,
    settled_as  text,
    PRIMARY KEY (merchant_id, customer_id, other_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, other_id) REFERENCES customers,
    CHECK (customer_id < other_id)
);
CREATE INDEX merge_candidates_other ON merge_candidates (merchant_id, other_id);
CREATE TABLE customer_merges (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    kept_id     uuid NOT NULL,
    merged_id   uuid NOT NULL,
    filled      text[] NOT NULL DEFAULT '{}',
    actor       text NOT NULL,
    merged_at   timestamptz NOT NULL,
    unmerged_at timestamptz,
    unmerged_by text,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, kept_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, merged_id) REFERENCES customers
);
CREATE INDEX customer_merges_kept ON customer_merges (merchant_id, kept_id);
CREATE INDEX customer_merges_merged ON customer_merges (merchant_id, merged_id);
"""

LEDGER = """
CREATE TABLE units (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    code        text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('points', 'stamps')),
    names       jsonb NOT NULL,
    expiry      jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, code)
);
CREATE TABLE accounts (
    merchant_id     uuid NOT NULL,
    customer_id     uuid NOT NULL,
    unit_id         uuid NOT NULL,
    available       bigint NOT NULL DEFAULT 0 CHECK (available >= 0),
    pending         bigint NOT NULL DEFAULT 0 CHECK (pending >= 0),
    debt            bigint NOT NULL DEFAULT 0 CHECK (debt >= 0),
    lifetime_earned bigint NOT NULL DEFAULT 0,
    lifetime_spent  bigint NOT NULL DEFAULT 0,
    next_due_at     timestamptz,
    last_active_at  timestamptz,
    moved_to        uuid,
    moved_by        uuid,
    opened_at       timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, unit_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    FOREIGN KEY (merchant_id, unit_id) REFERENCES units,
    CHECK (available = 0 OR debt = 0)
) PARTITION BY HASH (merchant_id);
CREATE INDEX accounts_due ON accounts (merchant_id, next_due_at) WHERE next_due_at IS NOT NULL;
CREATE TABLE entries (
    merchant_id     uuid NOT NULL,
    id              uuid NOT NULL,
    customer_id     uuid NOT NULL,
    unit_id         uuid NOT NULL,
    kind            text NOT NULL,
    amount          bigint NOT NULL CHECK (amount <> 0),
    balance_after   bigint NOT NULL,
    source_kind     text NOT NULL,
    source_id       text NOT NULL,
    step            text NOT NULL,
    request_hash    bytea,
    reverses_id     uuid,
    program_version integer,
    basis           jsonb,
    reason          text,
    actor           text NOT NULL,
    occurred_at     timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, source_kind, source_id, step),
    FOREIGN KEY (merchant_id, customer_id, unit_id) REFERENCES accounts,
    FOREIGN KEY (merchant_id, reverses_id) REFERENCES entries
) PARTITION BY HASH (merchant_id);
CREATE INDEX entries_account ON entries (merchant_id, customer_id, unit_id, id);
CREATE INDEX entries_reverses ON entries (merchant_id, reverses_id) WHERE reverses_id IS NOT NULL;
CREATE TABLE lots (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    customer_id uuid NOT NULL,
    unit_id     uuid NOT NULL,
    entry_id    uuid NOT NULL,
    earned      bigint NOT NULL CHECK (earned > 0),
    remaining   bigint NOT NULL,
    held_until  timestamptz,
    released_at timestamptz,
    release_recorded_at timestamptz,
    expires_at  timestamptz,
    origin_id   uuid,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, entry_id) REFERENCES entries,
    FOREIGN KEY (merchant_id, origin_id) REFERENCES lots,
    CHECK (remaining BETWEEN 0 AND earned)
) PARTITION BY HASH (merchant_id);
CREATE INDEX lots_open ON lots (merchant_id, customer_id, unit_id) WHERE remaining > 0;
CREATE INDEX lots_entry ON lots (merchant_id, entry_id);
CREATE INDEX lots_origin ON lots (merchant_id, origin_id) WHERE origin_id IS NOT NULL;
CREATE TABLE debts (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    customer_id uuid NOT NULL,
    unit_id     uuid NOT NULL,
    entry_id    uuid NOT NULL,
    owed        bigint NOT NULL CHECK (owed > 0),
    remaining   bigint NOT NULL,
    origin_id   uuid,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, entry_id) REFERENCES entries,
    FOREIGN KEY (merchant_id, origin_id) REFERENCES debts,
    CHECK (remaining BETWEEN 0 AND owed)
) PARTITION BY HASH (merchant_id);
CREATE INDEX debts_open ON debts (merchant_id, customer_id, unit_id) WHERE remaining > 0;
CREATE INDEX debts_entry ON debts (merchant_id, entry_id);
CREATE INDEX debts_origin ON debts (merchant_id, origin_id) WHERE origin_id IS NOT NULL;
CREATE TABLE draws (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    lot_id      uuid,
    entry_id    uuid NOT NULL,
    debt_id     uuid,
    kind        text NOT NULL,
    amount      bigint NOT NULL CHECK (amount <> 0),
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, lot_id) REFERENCES lots,
    FOREIGN KEY (merchant_id, entry_id) REFERENCES entries,
    FOREIGN KEY (merchant_id, debt_id) REFERENCES debts,
    CHECK (lot_id IS NOT NULL OR (debt_id IS NOT NULL AND kind = 'move'))
) PARTITION BY HASH (merchant_id);
CREATE INDEX draws_lot ON draws (merchant_id, lot_id);
CREATE INDEX draws_entry ON draws (merchant_id, entry_id);
CREATE INDEX draws_debt ON draws (merchant_id, debt_id) WHERE debt_id IS NOT NULL;
"""

ORDERS = """
CREATE TABLE orders (
    merchant_id    uuid NOT NULL,
    id             uuid NOT NULL,
    store_id       uuid NOT NULL,
    external_id    text NOT NULL,
    customer_id    uuid,
    number         text,
    channel        text,
    currency       text,
    total          numeric,
    spend          numeric,
    shipping       numeric NOT NULL DEFAULT 0,
    tips           numeric NOT NULL DEFAULT 0,
    presentment_currency text,
    presentment_total    numeric,
    lines          jsonb NOT NULL DEFAULT '[]',
    placed_at      timestamptz,
    source_version timestamptz,
    paid_at        timestamptz,
    fulfilled_at   timestamptz,
    cancelled_at   timestamptz,
    deleted_at     timestamptz,
    recorded_at    timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, store_id, external_id),
    FOREIGN KEY (merchant_id, store_id) REFERENCES stores,
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX orders_customer ON orders (merchant_id, customer_id, placed_at);
CREATE INDEX orders_unseen ON orders (merchant_id, recorded_at) WHERE placed_at IS NULL;
CREATE TABLE refunds (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    order_id    uuid NOT NULL,
    external_id text NOT NULL,
    effective   boolean NOT NULL,
    lines       jsonb NOT NULL,
    amount      numeric NOT NULL,
    tax         numeric NOT NULL,
    shipping    numeric NOT NULL,
    currency    text,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, order_id, external_id),
    FOREIGN KEY (merchant_id, order_id) REFERENCES orders
) PARTITION BY HASH (merchant_id);
"""

KERNEL = """
CREATE TABLE directory (
    kind        text NOT NULL,
    hash        bytea NOT NULL,
    merchant_id uuid NOT NULL REFERENCES merchants,
    subject_id  uuid NOT NULL,
    PRIMARY KEY (kind, hash, merchant_id)
);
CREATE INDEX directory_merchant ON directory (merchant_id);
CREATE TABLE encryption_keys (
    purpose     text NOT NULL CHECK (purpose IN ('data', 'index')),
    key_id      smallint NOT NULL,
    fingerprint bytea NOT NULL,
    added_at    timestamptz NOT NULL,
    retired_at  timestamptz,
    PRIMARY KEY (purpose, key_id)
);
CREATE TABLE idempotency_keys (
    merchant_id  uuid NOT NULL REFERENCES merchants,
    scope        text NOT NULL,
    key          text NOT NULL,
    request_hash bytea NOT NULL,
    effect       jsonb NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, scope, key)
);
CREATE TABLE deliveries (
    merchant_id  uuid NOT NULL,
    id           uuid NOT NULL,
    provider     text NOT NULL,
    store_id     uuid NOT NULL,
    topic        text NOT NULL,
    delivery_key text NOT NULL,
    state        text NOT NULL CHECK (state IN ('queued', 'unhandled', 'request')),
    body         bytea NOT NULL,
    triggered_at timestamptz,
    received_at  timestamptz NOT NULL,
    applied_at   timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, provider, delivery_key)
);
ALTER TABLE deliveries ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX deliveries_received ON deliveries (received_at);
CREATE INDEX deliveries_kept ON deliveries (merchant_id, state, id) WHERE state <> 'queued';
CREATE TABLE inbox (
    merchant_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    lane        smallint NOT NULL,
    attempts    smallint NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL,
    PRIMARY KEY (lane, due_at, delivery_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0);
CREATE TABLE dead_letters (
    merchant_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    attempts    smallint NOT NULL,
    code        text NOT NULL,
    detail      text NOT NULL,
    failed_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, delivery_id),
    FOREIGN KEY (merchant_id, delivery_id) REFERENCES deliveries
);
CREATE TABLE outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_ids uuid[] NOT NULL,
    ids          uuid[] NOT NULL,
    types        text[] NOT NULL,
    customer_ids uuid[] NOT NULL,
    data         text[] NOT NULL,
    occurred_at  timestamptz[] NOT NULL,
    recorded_at  timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
ALTER TABLE outbox ALTER COLUMN merchant_ids SET STORAGE EXTERNAL,
    ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN types SET STORAGE EXTERNAL,
    ALTER COLUMN customer_ids SET STORAGE EXTERNAL, ALTER COLUMN data SET STORAGE EXTERNAL,
    ALTER COLUMN occurred_at SET STORAGE EXTERNAL;
CREATE TABLE event_head (
    single   boolean PRIMARY KEY DEFAULT true CHECK (single),
    position bigint NOT NULL
);
INSERT INTO event_head (position) VALUES (0);
CREATE TABLE events (
    merchant_id uuid NOT NULL,
    position    bigint NOT NULL,
    id          uuid NOT NULL,
    type        text NOT NULL,
    customer_id uuid,
    data        jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, position)
) PARTITION BY HASH (merchant_id);
CREATE INDEX events_position ON events (position);
CREATE INDEX events_customer ON events (merchant_id, customer_id, position)
    WHERE customer_id IS NOT NULL;
CREATE TABLE event_cursors (
    subscriber text PRIMARY KEY,
    position   bigint NOT NULL,
    moved_at   timestamptz NOT NULL
);
CREATE TABLE event_failures (
    merchant_id uuid NOT NULL,
    subscriber  text NOT NULL,
    position    bigint NOT NULL,
    attempts    smallint NOT NULL,
    code        text NOT NULL,
    detail      text NOT NULL,
    failed_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, subscriber, position)
);
"""

PARTITIONED = [
    "customers", "customer_identities", "customer_search", "accounts", "entries", "lots",
    "debts", "draws", "orders", "refunds", "events",
]  # fmt: skip
TENANT_TABLES = [
    "merchants", "stores", "program_versions", "staff_members", "refresh_tokens", "api_keys",
    "merge_candidates", "customer_merges", "units", "idempotency_keys", "deliveries", "inbox",
    "dead_letters", "event_failures", *PARTITIONED,
]  # fmt: skip
INSTALLATION_TABLES = ["directory", "encryption_keys", "outbox", "event_head", "event_cursors"]

# Written as a filter and not as `merchant_id = …` so that the planner drives every look-up by the
# query's own keys; the sub-select is evaluated once a statement, however many rows it judges.
POLICY = """
array_position((SELECT string_to_array(current_setting('loyalnest.merchants', true), ',')::uuid[]),
               merchant_id) IS NOT NULL
"""

# What has been written in the books stays written, whoever asks. Only the routine that removes a
# whole tenant says so in its transaction and may delete.
IMMUTABLE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('loyalnest.removing_tenant', true)
        = OLD.merchant_id::text THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% rows are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER entries_are_immutable BEFORE UPDATE OR DELETE ON entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_are_immutable BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    for block in (MERCHANTS, STAFF, CUSTOMERS, LEDGER, ORDERS, KERNEL):
        _run(block)
    for table in PARTITIONED:
        for part in range(PARTITIONS):
            _run(
                f"CREATE TABLE {table}_{part} PARTITION OF {table} "
                f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
            )
    _run(IMMUTABLE)
    application, platform = _role("application"), _role("platform")
    for table in TENANT_TABLES:
        _run(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY tenant ON {table} TO {application} USING ({POLICY});"
            f"CREATE POLICY platform ON {table} TO {platform} USING (true);"
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {application}, {platform};"
        )
    _run(
        f"REVOKE UPDATE, DELETE ON entries FROM {application}, {platform};"
        f"REVOKE INSERT, UPDATE, DELETE ON events FROM {application};"
        f"REVOKE UPDATE, DELETE ON events FROM {platform};"
        f"REVOKE INSERT, DELETE ON merchants FROM {application};"
        f"GRANT SELECT, INSERT, DELETE ON directory TO {application}, {platform};"
        f"GRANT SELECT ON alembic_version TO {platform};"
        f"GRANT SELECT ON encryption_keys TO {application};"
        f"GRANT SELECT, INSERT, UPDATE ON encryption_keys TO {platform};"
        f"GRANT INSERT ON outbox TO {application};"
        f"GRANT SELECT, INSERT, DELETE ON outbox TO {platform};"
        f"GRANT SELECT, UPDATE ON event_head TO {platform};"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON event_cursors TO {platform};"
    )


def _run(sql: str) -> None:
    # Sent as it stands: these blocks hold several statements and colons that are not parameters.
    connection = op.get_bind().connection.dbapi_connection
    connection.run_async(lambda raw: raw.execute(sql))


def _role(name: str) -> str:
    return context.config.attributes[f"{name}_role"]
