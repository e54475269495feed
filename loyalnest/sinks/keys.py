"""What sinks hold under the installation's keys."""

from loyalnest.kernel.keys import Sealed

CREDENTIALS = "sinks.credentials"

SEALED = (Sealed("sinks", "credentials_sealed", CREDENTIALS),)
