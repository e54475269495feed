"""REST: the owner's side of the counter, and the devices' door."""

from loyalnest.stamps.counter.routes.desk import router
from loyalnest.stamps.counter.routes.device import device_router

__all__ = ["device_router", "router"]
