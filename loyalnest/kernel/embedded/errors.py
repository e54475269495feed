"""What can keep the embedded database from running."""

from loyalnest.kernel.errors import Conflict, Unavailable


class DatabaseUnsupported(Unavailable):
    """The embedded database needs Linux on x86-64 or arm64; set LOYALNEST_DATABASE_URL instead."""


class DatabaseBelongsToAnother(Conflict):
    """The data folder belongs to another user of this machine."""


class DatabaseOfAnotherVersion(Conflict):
    """The data folder was written by another version of PostgreSQL."""


class DatabaseFailed(Unavailable):
    """The embedded database could not be started."""
