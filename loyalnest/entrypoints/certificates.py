"""The certificates that this installation works with, and how long they last."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog

from loyalnest.integrations import apple
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.jobs import Recurring
from loyalnest.kernel.settings import Settings

log = structlog.get_logger(__name__)

_URGENT = frozenset({apple.Urgency.IN_7_DAYS, apple.Urgency.EXPIRED})


def trial_folder(settings: Settings) -> Path:
    """Where `up` puts a set of certificates of our own making, for trying things out."""
    return settings.data_dir / "apple-trial"


def make_trial(settings: Settings, *, now: datetime) -> None:
    """Make that set where no certificate of Apple's is set, unless there is one that lasts."""
    with suppress(apple.AppleSettingsIncomplete):  # the log tells
        if apple.place_of(settings) is None:
            apple.trial.make(trial_folder(settings), now=now)


def find_apple(settings: Settings) -> apple.Identity | None:
    """Apple's certificate, or that of our own making, whether valid or not; None without any.

    Raises what `apple.place_of` and `apple.load` do.
    """
    place = apple.place_of(settings, apple.trial.find(trial_folder(settings)))
    return apple.load(place) if place else None


def standings(settings: Settings, now: datetime) -> Sequence[apple.Standing]:
    """How all certificates stand, for the dashboard. Raises what `find_apple` does."""
    identity = find_apple(settings)
    return apple.standings(identity, now) if identity else ()


def expiries(settings: Settings) -> Mapping[str, datetime]:
    """When each certificate runs out; nothing where they are set up badly, which the log tells."""
    try:
        identity = find_apple(settings)
    except DomainError as error:
        log.warning("certificates.unusable", code=error.code, detail=error.detail)
        return {}
    if identity is None:
        return {}
    return {it.name: it.expires_at for it in apple.standings(identity, identity.expires_at)}


async def warn(database: Database, now: datetime) -> None:
    """Say which certificates have to be replaced: from 90 days before on, as an error from 7."""
    try:
        found = standings(database.settings, now)
    except DomainError as error:
        log.warning("certificates.unusable", code=error.code, detail=error.detail)
        return
    for it in found:
        if it.urgency is not apple.Urgency.NONE:
            say = log.error if it.urgency in _URGENT else log.warning
            say(
                "certificates.expiring",
                certificate=it.name,
                subject=it.subject,
                urgency=it.urgency,
                days_left=it.days_left,
                expires_at=it.expires_at.isoformat(),
            )


DAILY = Recurring("certificates.warn", "15 6 * * *", warn)
