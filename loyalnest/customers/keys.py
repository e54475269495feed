"""What customers hold under the installation's keys."""

from loyalnest.customers.service.index import rebuild_identities, rebuild_search
from loyalnest.kernel.keys import Index, Sealed

SEALED = (
    Sealed("customers", "email_sealed", "customers.email"),
    Sealed("customers", "phone_sealed", "customers.phone"),
    Sealed("customers", "name_sealed", "customers.name"),
    Sealed("customers", "birthday_sealed", "customers.birthday"),
    Sealed("customer_identities", "sealed", "customer_identities.sealed"),
)

INDEXES = (
    Index("customer_identities", rebuild_identities),
    Index("customer_search", rebuild_search),
)
