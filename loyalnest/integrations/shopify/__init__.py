"""Shopify: deliveries in, translated into our own words.

`translate` reads the bodies of webhooks, `provider` says to the inbox what becomes of them, and
`intake` is the door they come through.
"""
