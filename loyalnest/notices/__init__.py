"""Telling customers what has become of what is theirs, as it happens, and what they would lose.

This module owns which event, or which day to come, asks for which message, and what a merchant
wants of it: which notices are on, how many days ahead, and on which channels in which order; and
that somebody who has yet to confirm a consent is sent the link. What they say is for `templates`,
whether and how they go for `messaging`.
"""

from loyalnest.notices.confirming import CONFIRMATIONS, ask_again
from loyalnest.notices.errors import ConfirmationTooOften, NothingToConfirm, NoticeSettingsStale
from loyalnest.notices.events import NoticeSettingsChanged
from loyalnest.notices.jobs import daily_of, tell_ahead
from loyalnest.notices.queries import current_settings
from loyalnest.notices.service import save_settings
from loyalnest.notices.subscribers import NOTICES
from loyalnest.notices.values import FRESH, Notice, NoticeAhead, NoticeSettings, SettingsVersion

__all__ = [
    "CONFIRMATIONS",
    "FRESH",
    "NOTICES",
    "ConfirmationTooOften",
    "NothingToConfirm",
    "Notice",
    "NoticeAhead",
    "NoticeSettings",
    "NoticeSettingsChanged",
    "NoticeSettingsStale",
    "SettingsVersion",
    "ask_again",
    "current_settings",
    "daily_of",
    "save_settings",
    "tell_ahead",
]
