"""Sending: the worker's part of messages.

A `Desk` finds senders with something due and takes each for a few seconds at a time (`ownership`).
A `Turn` claims a few messages (`claiming`, `judging`, `letters`), keeps to the pace (`pacing`),
hands them over outside any transaction (`calls`), and writes down what became of them (`writing`).
"""

from loyalnest.messaging.sending.desk import Desk, Sending
from loyalnest.messaging.sending.letters import Stationery

__all__ = ["Desk", "Sending", "Stationery"]
