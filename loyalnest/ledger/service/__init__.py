"""The ledger's use cases, and the only writers of its tables."""
