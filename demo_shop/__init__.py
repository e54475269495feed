"""The Nest: a small gift shop that plays Shopify, so that the whole loop can be walked by hand.

A development tool, apart from the product: it knows LoyalNest by its addresses alone. Its orders,
refunds and accounts are its own and go out as webhooks signed like Shopify's; codes are looked up
through the API with a key of its own; `/apps/loyalnest/…` is passed on and signed as Shopify's app
proxy does. Anybody signs in as anybody, without a password, and nothing is ever paid.
"""
