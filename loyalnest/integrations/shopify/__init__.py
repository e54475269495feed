"""Shopify: signed deliveries in, translated into our own words.

`route` is the door they come through, `PROVIDED` says to the inbox how they are read and what
becomes of them.
"""

from loyalnest.integrations.shopify.intake import PATH, route
from loyalnest.integrations.shopify.provider import PROVIDED

__all__ = ["PATH", "PROVIDED", "route"]
