"""Roles: the parts of an installation that a process can be started for."""

import re
from enum import StrEnum

from loyalnest.kernel.errors import Invalid


class RoleUnknown(Invalid):
    """There is no such role."""


class Role(StrEnum):
    """A part of the installation that a process can serve by itself."""

    AUTH = "auth"
    POINTS = "points"
    REFERRALS = "referrals"
    ANALYTICS = "analytics"
    EVENTS = "events"
    ADMIN_CORE = "admin-core"
    ADMIN_FEATURES = "admin-features"
    CAMPAIGN = "campaign"
    GAMIFICATION = "gamification"
    FRONTEND = "frontend"


EVERY_ROLE = frozenset(Role)


def roles_of(text: str) -> frozenset[Role]:
    """Roles by their names, separated by commas or spaces; all of them for none.

    Raises RoleUnknown.
    """
    names = [name for name in re.split(r"[,\s]+", text) if name]
    try:
        return frozenset(map(Role, names)) or EVERY_ROLE
    except ValueError as error:
        raise RoleUnknown(f"{error}; there are: {', '.join(Role)}.") from None
