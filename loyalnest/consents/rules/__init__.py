"""Decisions: values in, values out."""

from loyalnest.consents.rules.addresses import normalise
from loyalnest.consents.rules.asking import ask_again_at
from loyalnest.consents.rules.quiet import quiet_until
from loyalnest.consents.rules.verdicts import Facts, judge
from loyalnest.consents.rules.words import Word, word_in

__all__ = ["Facts", "Word", "ask_again_at", "judge", "normalise", "quiet_until", "word_in"]
