"""The installation's keys: where they come from, that they are the right ones, and replacing them.

`unlock` opens the keys that belong to a database, makes them on the first start, and refuses to go
on without one that the database was sealed with. `rotate` replaces them while the program runs.
A module that holds sealed values or blind hashes declares them as `Sealed` and `Index`; one whose
work has to outlast the keys has `Secrets` of its own for each merchant.
"""

from loyalnest.kernel.keys.ring import (
    KeyFileExposed,
    KeyMissing,
    Keys,
    KeysFixed,
    KeysMissing,
    open_ring,
    unlock,
)
from loyalnest.kernel.keys.rotation import Index, Rotated, Sealed, rotate
from loyalnest.kernel.keys.secrets import Secrets

__all__ = [
    "Index",
    "KeyFileExposed",
    "KeyMissing",
    "Keys",
    "KeysFixed",
    "KeysMissing",
    "Rotated",
    "Sealed",
    "Secrets",
    "open_ring",
    "rotate",
    "unlock",
]
