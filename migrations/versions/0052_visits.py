"""Visits and the rhythms that follow from them; what a shop's days came to, added up.

Locks: creates only; nothing existing is touched. Way back: drop what is created here. What is added
up is made again from the visits, stamps, cards and rewards by `loyalnest insights rebuild`.
"""

from loyalnest.kernel import tenancy

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE visits (
    merchant_id    uuid NOT NULL,
    id             uuid NOT NULL,
    customer_id    uuid NOT NULL,
    store_id       uuid,
    order_store_id uuid,
    began_at       timestamptz NOT NULL,
    ended_at       timestamptz NOT NULL,
    stampings      integer NOT NULL CHECK (stampings > 0),
    amount         numeric(16, 3),
    changed_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    CHECK (ended_at >= began_at)
);
CREATE INDEX visits_customer ON visits (merchant_id, customer_id, began_at);
CREATE INDEX visits_began ON visits (merchant_id, began_at) INCLUDE (store_id);
CREATE TABLE rhythms (
    merchant_id   uuid NOT NULL,
    customer_id   uuid NOT NULL,
    visits        integer NOT NULL CHECK (visits > 0),
    first_at      timestamptz NOT NULL,
    last_at       timestamptz NOT NULL,
    last_store_id uuid,
    own_days      numeric(7, 2),
    gap_days      numeric(7, 2) NOT NULL,
    late_at       timestamptz NOT NULL,
    lost_at       timestamptz NOT NULL,
    reckoned_at   timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, customer_id),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers,
    CHECK (late_at > last_at AND lost_at > late_at)
);
CREATE INDEX rhythms_late ON rhythms (merchant_id, late_at, customer_id)
    INCLUDE (lost_at, last_store_id);
CREATE TABLE usual_rhythms (
    merchant_id uuid NOT NULL REFERENCES merchants,
    gap_days    numeric(7, 2) NOT NULL,
    guests      integer NOT NULL,
    told_on     date NOT NULL,
    told_at     timestamptz NOT NULL,
    PRIMARY KEY (merchant_id)
);
CREATE TABLE counted_facts (
    merchant_id uuid NOT NULL,
    kind        text NOT NULL,
    id          uuid NOT NULL,
    store_id    uuid NOT NULL,
    day         date NOT NULL,
    hour        smallint NOT NULL,
    clerk       text NOT NULL,
    stamps      integer NOT NULL,
    undone      integer NOT NULL,
    cost        numeric(14, 3) NOT NULL,
    PRIMARY KEY (merchant_id, kind, id)
);
CREATE TABLE shop_figures (
    merchant_id uuid NOT NULL,
    day         date NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('visit', 'stamping', 'card', 'earned', 'used')),
    store_id    uuid NOT NULL,
    hour        smallint NOT NULL,
    clerk       text NOT NULL,
    happened    integer NOT NULL,
    stamps      integer NOT NULL,
    undone      integer NOT NULL,
    cost        numeric(16, 3) NOT NULL,
    PRIMARY KEY (merchant_id, day, kind, store_id, hour, clerk)
);
CREATE TABLE guest_days (
    merchant_id  uuid NOT NULL,
    customer_id  uuid NOT NULL,
    store_id     uuid NOT NULL,
    day          date NOT NULL,
    previous_day date NOT NULL,
    PRIMARY KEY (merchant_id, customer_id, store_id, day),
    FOREIGN KEY (merchant_id, customer_id) REFERENCES customers
);
CREATE TABLE shop_arrivals (
    merchant_id  uuid NOT NULL,
    store_id     uuid NOT NULL,
    day          date NOT NULL,
    previous_day date NOT NULL,
    guests       integer NOT NULL,
    PRIMARY KEY (merchant_id, store_id, day, previous_day)
);
"""


def upgrade() -> None:
    tenancy.create(
        TABLES,
        tables=[
            "visits",
            "rhythms",
            "usual_rhythms",
            "counted_facts",
            "shop_figures",
            "guest_days",
            "shop_arrivals",
        ],
    )
