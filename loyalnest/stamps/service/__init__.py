"""The use cases of stamp cards."""

from loyalnest.stamps.service.converting import Direction, convert
from loyalnest.stamps.service.erasing import erase_customer
from loyalnest.stamps.service.opening import open_cards
from loyalnest.stamps.service.programs import create, save
from loyalnest.stamps.service.settling import SETTLE
from loyalnest.stamps.service.stamping import stamp, stamp_many
from loyalnest.stamps.service.undoing import undo
from loyalnest.stamps.service.using import Using, put_back, use, use_many

__all__ = [
    "SETTLE",
    "Direction",
    "Using",
    "convert",
    "create",
    "erase_customer",
    "open_cards",
    "put_back",
    "save",
    "stamp",
    "stamp_many",
    "undo",
    "use",
    "use_many",
]
