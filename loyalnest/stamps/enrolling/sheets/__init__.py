"""Posters and printed cards as files: what stands on them, and how that is set.

Words in 22 languages are shaped, turned and broken into lines by Typst, in fonts that come with the
program: the machine's own are never looked at, so that a poster is the same everywhere.
"""

from loyalnest.stamps.enrolling.sheets.facts import PrintedCard, Reader, cards_sheet, poster_sheet
from loyalnest.stamps.enrolling.sheets.setting import SheetsBusy, set_sheet

__all__ = ["PrintedCard", "Reader", "SheetsBusy", "cards_sheet", "poster_sheet", "set_sheet"]
