"""Rewards that are given rather than bought, and what each side of a referral has of them.

Locks: `redemptions` exclusively while their new constraint is checked and indexed, some seconds for
a million. Way back: drop the table, the index and the columns, once no code is left that was given.
"""

from loyalnest.kernel import tenancy

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE redemptions
    ADD COLUMN given_for    text,
    ADD COLUMN given_for_id text,
    ADD COLUMN given_step   text,
    ALTER COLUMN entry_id DROP NOT NULL,
    DROP CONSTRAINT redemptions_cost_check,
    ADD CONSTRAINT redemptions_bought_or_given CHECK (
        num_nonnulls(given_for, given_for_id, given_step) IN (0, 3)
        AND CASE WHEN given_for IS NULL THEN cost > 0 AND entry_id IS NOT NULL
                 ELSE cost = 0 AND entry_id IS NULL END);
CREATE UNIQUE INDEX redemptions_given
    ON redemptions (merchant_id, given_for, given_for_id, given_step) WHERE given_for IS NOT NULL;
CREATE TABLE referral_gifts (
    merchant_id   uuid NOT NULL,
    referral_id   uuid NOT NULL,
    side          text NOT NULL CHECK (side IN ('advocate', 'friend')),
    reward_id     uuid NOT NULL,
    state         text NOT NULL CHECK (state IN ('promised', 'owed', 'given')),
    codes         integer NOT NULL CHECK (codes >= 0),
    redemption_id uuid,
    PRIMARY KEY (merchant_id, referral_id, side),
    FOREIGN KEY (merchant_id, referral_id) REFERENCES referrals,
    FOREIGN KEY (merchant_id, reward_id) REFERENCES rewards,
    FOREIGN KEY (merchant_id, redemption_id) REFERENCES redemptions,
    CHECK ((state = 'given') = (redemption_id IS NOT NULL))
) PARTITION BY HASH (merchant_id);
CREATE INDEX referral_gifts_owed ON referral_gifts (merchant_id, reward_id, referral_id)
    WHERE state = 'owed';
CREATE INDEX referral_gifts_redemption ON referral_gifts (merchant_id, redemption_id)
    WHERE redemption_id IS NOT NULL;
"""


def upgrade() -> None:
    tenancy.create(TABLES, tables=["referral_gifts"], partitioned=["referral_gifts"])
