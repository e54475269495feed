"""LoyalNest: a self-hosted customer-loyalty platform."""
