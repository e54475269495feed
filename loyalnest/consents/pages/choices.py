"""What a customer can choose on the page of preferences, and what of it they changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from loyalnest.consents.pages.reader import Reader, Speech
from loyalnest.consents.values import (
    Channel,
    Preferences,
    Purpose,
    QuietHours,
    Standing,
    State,
    is_time_zone,
)
from loyalnest.kernel.languages import spoken

# A page with all four hundred zones of the world would be mostly zones. Each of these stands for
# what its neighbours' clocks do as well.
# fmt: off
ZONES = (
    "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver",
    "America/Phoenix", "America/Chicago", "America/Mexico_City", "America/New_York",
    "America/Bogota", "America/Lima", "America/Caracas", "America/Halifax", "America/Santiago",
    "America/St_Johns", "America/Sao_Paulo", "America/Buenos_Aires", "Atlantic/Azores",
    "Europe/London", "Europe/Lisbon", "Africa/Casablanca", "Africa/Lagos", "Europe/Madrid",
    "Europe/Paris", "Europe/Berlin", "Europe/Rome", "Europe/Amsterdam", "Europe/Stockholm",
    "Europe/Warsaw", "Europe/Prague", "Europe/Budapest", "Europe/Athens", "Europe/Kyiv",
    "Africa/Cairo", "Africa/Johannesburg", "Asia/Jerusalem", "Europe/Istanbul", "Europe/Moscow",
    "Asia/Riyadh", "Africa/Nairobi", "Asia/Tehran", "Asia/Dubai", "Asia/Kabul", "Asia/Karachi",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Bangkok", "Asia/Jakarta",
    "Asia/Ho_Chi_Minh", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "Asia/Manila",
    "Australia/Perth", "Asia/Tokyo", "Asia/Seoul", "Australia/Adelaide", "Australia/Brisbane",
    "Australia/Sydney", "Pacific/Auckland",
)
# fmt: on
Fields = Mapping[str, str]
WAS = "was."
"""What a form calls a box that was ticked when the page was drawn."""
_BY_CHANNEL = {Purpose.OUTREACH: "agree", Purpose.TRANSACTIONAL: "own"}
_IN_ALL = {Purpose.RFM_TRACKING: "tracking", Purpose.REFERRALS: "friends"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A box to tick."""

    name: str
    label: str
    ticked: bool
    purpose: Purpose
    channel: Channel | None


@dataclass(frozen=True, slots=True)
class Turned:
    """A box that was ticked, or no longer is."""

    choice: Choice
    granted: bool


def choices_of(
    speech: Speech,
    standings: Sequence[Standing],
    reached: Sequence[Channel],
    *,
    refusable: bool,
) -> Sequence[Choice]:
    """The boxes of somebody who is reached on these channels.

    Messages about what they did themselves can be refused where the merchant offers it, and taken
    up again by whoever has refused them anywhere.
    """
    return [
        Choice(
            f"{it.purpose}.{it.channel}" if it.channel else it.purpose.value,
            speech.by(_BY_CHANNEL[it.purpose], it.channel)
            if it.channel
            else speech.say(_IN_ALL[it.purpose]),
            it.allowed,
            it.purpose,
            it.channel,
        )
        for it in standings
        if _is_offered(it, reached, refusable)
    ]


def _is_offered(it: Standing, reached: Sequence[Channel], refusable: bool) -> bool:
    if it.channel is not None and it.channel not in reached:
        return False
    return it.purpose is not Purpose.TRANSACTIONAL or refusable or it.state is State.WITHDRAWN


def turned(offered: Sequence[Choice], fields: Fields) -> Sequence[Turned]:
    """Which boxes somebody has ticked, and which no longer; a browser sends the ticked alone.

    A box that was ticked when the page was opened was not ticked by them: what they refused since,
    by a word or elsewhere, they refuse still.
    """
    return [
        Turned(it, granted=it.name in fields)
        for it in offered
        if it.ticked != (it.name in fields) and (it.ticked or f"{WAS}{it.name}" not in fields)
    ]


def preferences_in(
    fields: Fields, reader: Reader, reached: Sequence[Channel]
) -> Preferences | None:
    """What a form says; None where one of the two times is missing or none. What isn't one of the
    choices is taken for no choice."""
    said = [fields.get(name, "").strip()[:8] for name in ("starts", "ends")]
    if any(said) and not all(said):
        return None
    try:
        times = [time.fromisoformat(it).replace(second=0, microsecond=0) for it in said if it]
        hours = QuietHours(starts=times[0], ends=times[1]) if times else None
    except ValueError:
        return None
    zone = fields.get("zone", "")
    first = next((it for it in reached if it.value == fields.get("first")), None)
    rest = [it for it in reader.wanted.channels if it is not first]
    return Preferences(
        language=spoken(fields.get("language", "")[:35]),
        channels=(first, *rest) if first else (),
        quiet_hours=hours,
        time_zone=zone if is_time_zone(zone) else None,
    )
