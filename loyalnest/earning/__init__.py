"""Rules that turn what people do into points.

An order's facts decide where its books should stand, and the difference to where they stand is
posted; so refunds, edits and cancellations may come in any order and always end the same.
"""

from loyalnest.earning.service import take_in

__all__ = ["take_in"]
