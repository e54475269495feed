"""The embedded PostgreSQL: a real server from a Python wheel, for whoever has none of their own.

`attached(data_dir)` gives a running `Server` for the duration of a block, started on first use and
stopped with its last user. docs/operations/processes.md tells how its processes live and die.
"""

from loyalnest.kernel.embedded.binaries import program
from loyalnest.kernel.embedded.cluster import Profile
from loyalnest.kernel.embedded.errors import (
    DatabaseBelongsToAnother,
    DatabaseFailed,
    DatabaseOfAnotherVersion,
    DatabaseUnsupported,
)
from loyalnest.kernel.embedded.layout import make_private_folder
from loyalnest.kernel.embedded.server import Server, attached

__all__ = [
    "DatabaseBelongsToAnother",
    "DatabaseFailed",
    "DatabaseOfAnotherVersion",
    "DatabaseUnsupported",
    "Profile",
    "Server",
    "attached",
    "make_private_folder",
    "program",
]
