"""Names for people who would rather not give theirs.

Made by us and not chosen, so that a leaderboard never shows somebody's name, an address, or a word
that a merchant has to answer for. They say nothing of whom they stand for.
"""

import secrets

_COLOURS = """
Amber Azure Bronze Cobalt Copper Coral Crimson Emerald Golden Indigo Ivory Jade Lemon Lilac
Lime Magenta Maroon Mint Ochre Olive Opal Orange Pearl Plum Purple Ruby Rust Saffron Sage
Scarlet Silver Teal Topaz Turquoise Umber Violet
"""
_ANIMALS = """
Badger Beaver Bison Crane Dolphin Eagle Falcon Finch Fox Gecko Hare Hawk Heron Ibex Ibis Jay
Kestrel Kiwi Koala Lark Lemur Lynx Marten Moose Narwhal Newt Okapi Orca Osprey Otter Owl
Panda Pelican Penguin Puffin Puma Quail Raven Robin Seal Sparrow Stork Swan Swift Tapir Tern
Toucan Turtle Walrus Wombat Wren Yak Zebra
"""
_NUMBERS = 10_000


def some(count: int) -> list[str]:
    """As many names, any of which may be taken already; there are some nineteen million."""
    colours, animals = _COLOURS.split(), _ANIMALS.split()
    return [
        f"{secrets.choice(colours)} {secrets.choice(animals)} {secrets.randbelow(_NUMBERS)}"
        for _ in range(count)
    ]
