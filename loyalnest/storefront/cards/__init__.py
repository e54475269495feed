"""Pages for guests of a counter: where a poster's code leads, and the card on one's own phone.

Both are drawn on the server, weigh little and work without a script. Who may be told what is on a
card, and how a phone is checked, is for `stamps.enrolling` to say.
"""

from loyalnest.storefront.cards.doors import CARD, JOIN, card_routes
from loyalnest.storefront.cards.guests import Guests

__all__ = ["CARD", "JOIN", "Guests", "card_routes"]
