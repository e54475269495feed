"""The use cases of wallets, and the only writers of their tables."""
