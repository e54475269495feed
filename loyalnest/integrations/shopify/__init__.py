"""Shopify: signed deliveries in, translated into our own words.

`route` is the door they come through, `PROVIDED` says to the inbox how they are read and what
becomes of them. `proxy_route` lets a shop's customers in to see what they have.
"""

from loyalnest.integrations.shopify.intake import PATH, route
from loyalnest.integrations.shopify.provider import PROVIDED
from loyalnest.integrations.shopify.proxy import PROXY_PATH, proxy_route

__all__ = ["PATH", "PROVIDED", "PROXY_PATH", "proxy_route", "route"]
