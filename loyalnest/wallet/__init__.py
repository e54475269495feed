"""A customer's card in the wallet of a phone, which always shows what the books say.

A *pass* is one card in one platform's wallet. What is on it is put together from the card whenever
somebody asks, and kept by its content, so that an unchanged one is not signed again. A change of
the card gives its pass a new *tag*, and the phones that hold it are told to come and look. Vendors
implement the ports in `ports.py`.
"""

from loyalnest.wallet.buttons import Buttons, WalletLinks, buttons_of
from loyalnest.wallet.callbacks import Saved, note_saved_of
from loyalnest.wallet.doors.apple import PhoneDoor, phone_routes
from loyalnest.wallet.doors.links import Links, apple_link_route, google_link_routes
from loyalnest.wallet.errors import PassNotFound, PassTokenWrong, WalletAway
from loyalnest.wallet.events import PassAdded, PassRemoved, PassVoided
from loyalnest.wallet.files import Files
from loyalnest.wallet.jobs import NIGHTLY, throwing_away
from loyalnest.wallet.kept import Kept
from loyalnest.wallet.keys import SEALED
from loyalnest.wallet.ports import PassKeeper, PassMaker, Pusher
from loyalnest.wallet.queries import export_customer
from loyalnest.wallet.service.passes import erase_customer
from loyalnest.wallet.subscribers import CHANGES
from loyalnest.wallet.updating import push_due, put_due, run_pushes, run_puts
from loyalnest.wallet.values import (
    PassColours,
    PassContent,
    PassId,
    PassLocation,
    PassStage,
    PassTexts,
    Platform,
    ProgramContent,
    PushOutcome,
    PushOutcomes,
    Told,
)

__all__ = [
    "CHANGES",
    "NIGHTLY",
    "SEALED",
    "Buttons",
    "Files",
    "Kept",
    "Links",
    "PassAdded",
    "PassColours",
    "PassContent",
    "PassId",
    "PassKeeper",
    "PassLocation",
    "PassMaker",
    "PassNotFound",
    "PassRemoved",
    "PassStage",
    "PassTexts",
    "PassTokenWrong",
    "PassVoided",
    "PhoneDoor",
    "Platform",
    "ProgramContent",
    "PushOutcome",
    "PushOutcomes",
    "Pusher",
    "Saved",
    "Told",
    "WalletAway",
    "WalletLinks",
    "apple_link_route",
    "buttons_of",
    "erase_customer",
    "export_customer",
    "google_link_routes",
    "note_saved_of",
    "phone_routes",
    "push_due",
    "put_due",
    "run_pushes",
    "run_puts",
    "throwing_away",
]
