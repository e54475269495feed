"""The use cases of earning."""

from loyalnest.earning.service.orders import take_in

__all__ = ["take_in"]
