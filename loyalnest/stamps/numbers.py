"""Card numbers: ten characters to be read aloud and typed, without look-alikes."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U."""
LENGTH = 10


def new_number() -> str:
    """A number that nobody can guess (50 bits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(number: str) -> str:
    """As people read it: two groups of five."""
    return f"{number[:5]}-{number[5:]}"
