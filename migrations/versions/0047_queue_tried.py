"""Messages that wait or went are found in the one index that is meant for it.

Of those that wait, the ones that were tried before are found by customer, and no others: a claim
changes no indexed column, and a page has room for the letter that it adds, so that the indexes are
left alone until the message goes. Those of a customer are found by the customer alone: that index
had each message's id at its end, and served look-ups by id while there were few messages, at the
price of reading it through.

Locks: the queue and the messages against writing while an index of each is built, some seconds for
a million; pages that are full already stay as they are. Way back: the same, turned round.
"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP INDEX message_queue_of_customer")
    op.execute("""
        CREATE INDEX message_queue_tried ON message_queue (merchant_id, sender_id, customer_id)
        WHERE tries > 0
    """)
    op.execute("ALTER TABLE message_queue SET (fillfactor = 30)")
    op.execute("DROP INDEX messages_of_customer")
    op.execute("""
        CREATE INDEX messages_of_customer ON messages (merchant_id, customer_id, id)
        WHERE customer_id IS NOT NULL
    """)
