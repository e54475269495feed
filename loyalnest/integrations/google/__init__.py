"""Google Wallet: card programs as loyalty classes, cards as loyalty objects.

https://developers.google.com/wallet/retail/loyalty-cards. Google keeps passes by itself: it is told
what is on one by REST, and somebody saves it by a link that names it. That they did, Google tells
by a signed callback.
"""

from loyalnest.integrations.google.account import Account, AccountUnreadable, read_account
from loyalnest.integrations.google.callbacks import Callbacks, RootKeys, callback_route
from loyalnest.integrations.google.keeper import GoogleWallet

__all__ = [
    "Account",
    "AccountUnreadable",
    "Callbacks",
    "GoogleWallet",
    "RootKeys",
    "callback_route",
    "read_account",
]
