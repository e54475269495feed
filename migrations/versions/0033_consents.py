"""What customers agreed to, how they want to be written to, and which addresses get nothing.

What was said is never changed; it goes only with whoever said it. Of an address that gets nothing a
keyed hash is enough, and is all that stays of somebody who was erased.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0033"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE consents (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    customer_id uuid NOT NULL,
    purpose     text NOT NULL,
    channel     text NOT NULL,
    state       text NOT NULL CHECK (state IN ('granted', 'pending', 'withdrawn')),
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    way         text NOT NULL,
    actor       text NOT NULL,
    words       text,
    language    text,
    place       text,
    network     text,
    source      text,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX consents_customer ON consents (merchant_id, customer_id, id);
CREATE UNIQUE INDEX consents_source ON consents (merchant_id, source) WHERE source IS NOT NULL;

CREATE TABLE consent_states (
    merchant_id uuid NOT NULL,
    purpose     text NOT NULL,
    channel     text NOT NULL,
    customer_id uuid NOT NULL,
    state       text NOT NULL,
    at          timestamptz NOT NULL,
    consent_id  uuid NOT NULL,
    PRIMARY KEY (merchant_id, purpose, channel, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX consent_states_customer ON consent_states (merchant_id, customer_id);

CREATE TABLE preferences (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    language    text,
    channels    text[] NOT NULL DEFAULT '{}',
    quiet_from  time,
    quiet_until time,
    time_zone   text,
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    PRIMARY KEY (merchant_id, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
) PARTITION BY HASH (merchant_id);

CREATE TABLE suppressions (
    merchant_id    uuid NOT NULL,
    id             uuid NOT NULL,
    channel        text NOT NULL,
    address_hash   bytea NOT NULL,
    address_sealed bytea,
    reason         text NOT NULL,
    since          timestamptz NOT NULL,
    actor          text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, channel, address_hash, reason),
    FOREIGN KEY (merchant_id) REFERENCES merchants
) PARTITION BY HASH (merchant_id);

CREATE TABLE channel_identities (
    merchant_id uuid NOT NULL,
    channel     text NOT NULL,
    scope       text NOT NULL,
    key         bytea NOT NULL,
    customer_id uuid NOT NULL,
    sealed      bytea NOT NULL,
    seen_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, channel, scope, key),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX channel_identities_customer ON channel_identities (merchant_id, customer_id);

CREATE TABLE consent_secrets (
    merchant_id   uuid PRIMARY KEY REFERENCES merchants,
    secret_sealed bytea NOT NULL
);

CREATE TABLE consent_settings (
    merchant_id uuid NOT NULL REFERENCES merchants,
    version     integer NOT NULL,
    settings    jsonb NOT NULL,
    changed_at  timestamptz NOT NULL,
    changed_by  text NOT NULL,
    PRIMARY KEY (merchant_id, version)
);

CREATE TRIGGER consents_stay_as_they_were BEFORE UPDATE ON consents
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
_NAMES = (
    "consents",
    "consent_states",
    "preferences",
    "suppressions",
    "channel_identities",
)


def upgrade() -> None:
    tenancy.create(
        TABLES,
        tables=[*_NAMES, "consent_secrets", "consent_settings"],
        partitioned=_NAMES,
        append_only=["consent_settings"],
    )
