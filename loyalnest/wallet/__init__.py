"""A customer's card in the wallet of a phone, which always shows what the books say.

A *pass* is one card in one platform's wallet. What is on it is put together from the card whenever
somebody asks, and kept by its content, so that an unchanged one is not signed again. A change of
the card gives its pass a new *tag*, and the phones that hold it are told to come and look. Vendors
implement the ports in `ports.py`.
"""

from loyalnest.wallet.ports import PassMaker, Pusher
from loyalnest.wallet.values import (
    PassColours,
    PassContent,
    PassId,
    PassLocation,
    PassStage,
    PassTexts,
    Platform,
    PushOutcome,
    PushOutcomes,
    Told,
)

__all__ = [
    "PassColours",
    "PassContent",
    "PassId",
    "PassLocation",
    "PassMaker",
    "PassStage",
    "PassTexts",
    "Platform",
    "PushOutcome",
    "PushOutcomes",
    "Pusher",
    "Told",
]
