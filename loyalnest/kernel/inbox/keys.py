"""What the inbox holds under the installation's keys."""

from loyalnest.kernel.keys import Sealed

SEALED = (Sealed("deliveries", "body", "deliveries.body", batch=100),)
