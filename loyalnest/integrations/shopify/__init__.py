"""Shopify: signed deliveries in, translated into our own words.

`route` is the door they come through, `PROVIDED` says to the inbox how they are read and what
becomes of them. `proxy_route` lets a shop's customers in to see what they have, `proxied_pages`
shows the pages about a program on the shop's own domain, `authenticate` lets its staff in, who look
at the dashboard inside Shopify's admin.
"""

from loyalnest.integrations.shopify.admin import authenticate, router_of
from loyalnest.integrations.shopify.id_tokens import App
from loyalnest.integrations.shopify.id_tokens import looks_like_one as is_id_token
from loyalnest.integrations.shopify.intake import PATH, route
from loyalnest.integrations.shopify.pages import PROXIED_PAGES, proxied_pages
from loyalnest.integrations.shopify.provider import PROVIDED
from loyalnest.integrations.shopify.proxy import PROXY_PATH, proxy_route

__all__ = [
    "PATH",
    "PROVIDED",
    "PROXIED_PAGES",
    "PROXY_PATH",
    "App",
    "authenticate",
    "is_id_token",
    "proxied_pages",
    "proxy_route",
    "route",
    "router_of",
]
