"""Posters, printed cards, how guests came to their cards, and codes by which phones are checked.

Locks: creates only; nothing existing is touched. Way back: drop what is created here, and the lines
of kind `poster` in the directory; cards stay, their pages open by no link then.
"""

from loyalnest.kernel import tenancy

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE posters (
    merchant_id  uuid NOT NULL,
    id           uuid NOT NULL,
    program_id   uuid NOT NULL,
    store_id     uuid,
    name         text NOT NULL,
    code         text NOT NULL,
    check_by     text CHECK (check_by IN ('sms', 'whatsapp')),
    created_at   timestamptz NOT NULL,
    created_by   text NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, code),
    FOREIGN KEY (merchant_id, program_id) REFERENCES card_programs,
    FOREIGN KEY (merchant_id, store_id) REFERENCES stores
);
CREATE TABLE card_batches (
    merchant_id uuid NOT NULL,
    id          uuid NOT NULL,
    program_id  uuid NOT NULL,
    store_id    uuid,
    made_at     timestamptz NOT NULL,
    made_by     text NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, program_id) REFERENCES card_programs,
    FOREIGN KEY (merchant_id, store_id) REFERENCES stores
);
CREATE TABLE printed_cards (
    merchant_id uuid NOT NULL,
    number      text NOT NULL,
    batch_id    uuid NOT NULL,
    card_id     uuid,
    bound_at    timestamptz,
    PRIMARY KEY (merchant_id, number),
    FOREIGN KEY (merchant_id, batch_id) REFERENCES card_batches,
    FOREIGN KEY (merchant_id, card_id) REFERENCES cards,
    CHECK ((card_id IS NULL) = (bound_at IS NULL))
);
CREATE INDEX printed_cards_batch ON printed_cards (merchant_id, batch_id, number);
CREATE TABLE card_enrolments (
    merchant_id uuid NOT NULL,
    form_id     uuid NOT NULL,
    card_id     uuid NOT NULL,
    poster_id   uuid,
    is_new      boolean NOT NULL,
    enrolled_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, form_id),
    FOREIGN KEY (merchant_id, card_id) REFERENCES cards,
    FOREIGN KEY (merchant_id, poster_id) REFERENCES posters
);
CREATE INDEX card_enrolments_poster ON card_enrolments (merchant_id, poster_id) WHERE is_new;
CREATE TABLE card_links (
    merchant_id uuid NOT NULL,
    card_id     uuid NOT NULL,
    good_from   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, card_id),
    FOREIGN KEY (merchant_id, card_id) REFERENCES cards
);
CREATE TABLE phone_checks (
    merchant_id uuid NOT NULL REFERENCES merchants,
    id          uuid NOT NULL,
    phone_hash  bytea NOT NULL,
    code_hash   bytea NOT NULL,
    tries       smallint NOT NULL CHECK (tries >= 0),
    asked_at    timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, phone_hash)
);
CREATE INDEX phone_checks_age ON phone_checks (merchant_id, asked_at);
COMMENT ON COLUMN card_enrolments.form_id IS 'tells one sending of a form from the next';
COMMENT ON COLUMN card_links.good_from IS 'what was made before opens the page no longer';
COMMENT ON COLUMN phone_checks.code_hash IS 'under a key that the database lacks';
"""


def upgrade() -> None:
    tenancy.create(
        TABLES,
        tables=[
            "posters",
            "card_batches",
            "printed_cards",
            "card_enrolments",
            "card_links",
            "phone_checks",
        ],
    )
