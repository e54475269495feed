"""What Amazon's services, and those that speak like them, have in common: signed requests."""

from loyalnest.integrations.aws.signing import Key, sign

__all__ = ["Key", "sign"]
