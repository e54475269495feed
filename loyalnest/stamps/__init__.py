"""Stamp cards: card programs, customers' cards, and how a card is recognised at the counter."""
