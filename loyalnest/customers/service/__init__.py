"""The use cases, and the only writer of the customers' tables."""

from loyalnest.customers.service.identify import identify_many

__all__ = ["identify_many"]
