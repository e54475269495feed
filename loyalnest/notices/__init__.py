"""Telling customers what has become of what is theirs, as it happens.

This module owns which event asks for which transactional message, and what a merchant wants of it:
which notices are on, and on which channels in which order. What they say is for `templates`,
whether and how they go for `messaging`.
"""

from loyalnest.notices.errors import NoticeSettingsStale
from loyalnest.notices.events import NoticeSettingsChanged
from loyalnest.notices.queries import current_settings
from loyalnest.notices.routes import router
from loyalnest.notices.service import save_settings
from loyalnest.notices.subscribers import NOTICES
from loyalnest.notices.values import FRESH, Notice, NoticeSettings, SettingsVersion

__all__ = [
    "FRESH",
    "NOTICES",
    "Notice",
    "NoticeSettings",
    "NoticeSettingsChanged",
    "NoticeSettingsStale",
    "SettingsVersion",
    "current_settings",
    "router",
    "save_settings",
]
