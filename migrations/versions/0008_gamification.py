"""Gamification: the badges a merchant draws up, who holds them, and the leaderboard.

Locks: creates only; nothing existing is touched. Way back: drop what is created here.
"""

from loyalnest.kernel import tenancy

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE games (
    merchant_id uuid NOT NULL REFERENCES merchants,
    version     integer NOT NULL CHECK (version > 0),
    PRIMARY KEY (merchant_id)
);
CREATE TABLE game_versions (
    merchant_id    uuid NOT NULL REFERENCES games,
    version        integer NOT NULL CHECK (version > 0),
    effective_from timestamptz NOT NULL,
    game           jsonb NOT NULL,
    asked_since    jsonb NOT NULL,
    created_by     text NOT NULL,
    PRIMARY KEY (merchant_id, version)
);
CREATE TABLE badge_awards (
    merchant_id  uuid NOT NULL,
    customer_id  uuid NOT NULL,
    badge        text NOT NULL,
    goal         jsonb,
    reached_at   timestamptz,
    given_by     text,
    reason       text,
    game_version integer NOT NULL,
    awarded_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, badge),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    CHECK (goal IS NOT NULL OR given_by IS NOT NULL),
    CHECK ((goal IS NULL) = (reached_at IS NULL))
) PARTITION BY HASH (merchant_id);
CREATE INDEX badge_awards_badge ON badge_awards (merchant_id, badge, customer_id);
CREATE TABLE badge_moves (
    merchant_id  uuid NOT NULL,
    id           uuid NOT NULL,
    customer_id  uuid NOT NULL,
    badge        text NOT NULL,
    held         boolean NOT NULL,
    cause        text NOT NULL,
    game_version integer NOT NULL,
    actor        text NOT NULL,
    reason       text,
    occurred_at  timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE INDEX badge_moves_customer ON badge_moves (merchant_id, customer_id, id);
CREATE TABLE leaderboard_members (
    merchant_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    pseudonym   text NOT NULL,
    joined_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id),
    UNIQUE (merchant_id, pseudonym),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
) PARTITION BY HASH (merchant_id);
CREATE TABLE leaderboard_scores (
    merchant_id uuid NOT NULL,
    board       text NOT NULL,
    customer_id uuid NOT NULL,
    score       bigint NOT NULL,
    scored_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, board, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES leaderboard_members ON DELETE CASCADE
) PARTITION BY HASH (merchant_id);
CREATE INDEX leaderboard_scores_rank
    ON leaderboard_scores (merchant_id, board, score DESC, customer_id);
CREATE INDEX leaderboard_scores_customer ON leaderboard_scores (merchant_id, customer_id);
"""

PARTITIONED = ["badge_awards", "badge_moves", "leaderboard_members", "leaderboard_scores"]
TENANT_TABLES = ["games", "game_versions", *PARTITIONED]
APPEND_ONLY = ["game_versions", "badge_moves"]


def upgrade() -> None:
    tenancy.create(TABLES, tables=TENANT_TABLES, partitioned=PARTITIONED, append_only=APPEND_ONLY)
