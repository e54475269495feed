"""Whether an intent counts, waits or is refused, before a card is touched."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from uuid import UUID

from loyalnest.kernel.errors import DomainError
from loyalnest.stamps.code_errors import CodeAlreadyUsed, ConfirmName
from loyalnest.stamps.counter import errors
from loyalnest.stamps.counter.values import (
    SKEW,
    Answer,
    Case,
    Circumstances,
    IntentKind,
    IntentOutcome,
    Known,
    Near,
    Place,
    Verdict,
)
from loyalnest.stamps.showing import Doubt

FAR, NO_PLACE, STALE = "far", "no_place", "stale"
"""What is noted of an intent that counted although a rule could not be kept."""

_EARTH_M = 6_371_000


def answer_known(known: Known, digest: bytes) -> Answer:
    """What a device hears that sends an intent again.

    `again` is for what counted; what was refused or waits is said as it was, so that a lost answer
    hides nothing. Another wish under the same number is refused.
    """
    if known.digest != digest:
        error = errors.IntentReused()
        return Answer(known.counter, "refused", error.code, error.detail)
    verdict = known.verdict
    outcome = "again" if verdict.outcome is IntentOutcome.DONE else verdict.outcome.value
    return Answer(
        known.counter, outcome, verdict.code, verdict.detail, known.stamp_id, known.card_id
    )


def judge(cases: Iterable[Case], by: Circumstances, now: datetime) -> None:
    """Decide what can be decided without the cards, in the order things happened."""
    steps = set(by.used_steps)
    given = {card_id: list(stamps) for card_id, stamps in by.given.items()}
    for case in sorted(cases, key=lambda it: (it.at, it.said.counter)):
        if not case.open:
            continue
        refusal = _refusal(case, by, steps, now)
        if refusal is not None:
            case.refuse(refusal)
            continue
        reason = _reason_to_hold(case, by, given, now)
        if reason is not None:
            case.verdict = Verdict(IntentOutcome.HELD, reason.code, reason.detail)
        elif case.said.kind is IntentKind.STAMP and case.card is not None:
            if case.step is not None:
                steps.add((case.card.id, case.step))
            if case.late:
                given.setdefault(case.card.id, []).append((case.at, case.count))


def refused(error: DomainError) -> Verdict:
    """A refusal in the words of an error."""
    return Verdict(IntentOutcome.REFUSED, error.code, error.detail)


def _refusal(
    case: Case, by: Circumstances, steps: set[tuple[UUID, int]], now: datetime
) -> DomainError | None:
    said = case.said
    if case.clerk_id is None or case.clerk_id not in by.clerks:
        return errors.ClerkNotFound()
    suspended_at = by.clerks[case.clerk_id]
    if suspended_at is not None and suspended_at <= case.at:
        return errors.ClerkSuspended()
    if said.at > now + SKEW:
        return errors.ClockAhead()
    if said.kind is IntentKind.UNDO:
        return None
    if case.doubt is not None and not said.confirmed and not case.late:
        return ConfirmName()
    if case.doubt is Doubt.STALE:
        case.flags.add(STALE)
    if case.card is None or said.kind is IntentKind.USE:
        return None
    if case.step is not None and (case.card.id, case.step) in steps:
        return CodeAlreadyUsed()
    return _out_of_place(case, by.place)


def _out_of_place(case: Case, place: Place | None) -> DomainError | None:
    """What stands against where a device is; without a network it is noted instead."""
    at_most = case.card and case.card.terms.distance_m
    if at_most is None or place is None or place.latitude is None or place.longitude is None:
        return None
    if case.said.near is None:
        if not case.late:
            return errors.PlaceMissing()
        case.flags.add(NO_PLACE)
    elif metres(case.said.near, place.latitude, place.longitude) > at_most:
        if not case.late:
            return errors.TooFar()
        case.flags.add(FAR)
    return None


def _reason_to_hold(
    case: Case,
    by: Circumstances,
    given: Mapping[UUID, Sequence[tuple[datetime, int]]],
    now: datetime,
) -> DomainError | None:
    if by.revoked:
        return errors.StamperRevoked()
    if case.pairing != by.pairing:
        return errors.KeyReplaced()
    if not case.late:
        return None
    window = timedelta(hours=by.policy.offline_hours)
    if now - case.at > max(window, SKEW):
        return errors.TooOld()
    if case.said.kind is not IntentKind.STAMP or case.card is None:
        return None
    lately = [count for at, count in given.get(case.card.id, ()) if abs(case.at - at) <= window]
    if sum(lately) + case.count > by.policy.offline_stamps:
        return errors.OfflineLimitReached()
    return None


def settle_pairs(cases: Sequence[Case], undone: Collection[tuple[int, int]]) -> None:
    """Let go of what was taken back on the way: it never touches the card.

    A stamp and its undo may come together, or the undo first; `undone` are (pairing, counter) of
    what was taken back before it came.
    """
    own = {(it.pairing, it.said.counter): it for it in cases}
    for case in sorted(cases, key=lambda it: it.said.counter):
        if (case.pairing, case.said.counter) in undone:
            case.verdict = _taken_back()
        target = own.get((case.pairing, case.said.undoes or 0))
        if case.said.kind is not IntentKind.UNDO or target is None or target is case:
            continue
        if target.said.kind is IntentKind.UNDO or target.said.counter > case.said.counter:
            case.refuse(errors.NotUndoable())
        elif not target.open:
            case.refuse(errors.NothingToUndo())
        else:
            target.verdict = _taken_back()
            case.verdict = Verdict(IntentOutcome.DONE)


def settle_undos(cases: Sequence[Case], known: Mapping[tuple[int, int], Known]) -> list[int]:
    """What becomes of intents that take back what is on record; counters of what waits no more."""
    withdrawn: list[int] = []
    for case in cases:
        if not case.open or case.said.kind is not IntentKind.UNDO:
            continue
        number = case.said.undoes
        if number is None or number >= case.said.counter:
            case.refuse(errors.NotUndoable())
            continue
        target = known.get((case.pairing, number))
        if target is None:
            # Still on its way: it will find that it was taken back.
            case.verdict = Verdict(IntentOutcome.DONE)
        elif target.kind is IntentKind.UNDO:
            case.refuse(errors.NotUndoable())
        elif target.verdict.outcome is IntentOutcome.HELD:
            withdrawn.append(number)
            case.verdict = Verdict(IntentOutcome.DONE)
        elif target.verdict.outcome is IntentOutcome.REFUSED or target.verdict.code is not None:
            case.refuse(errors.NothingToUndo())
        else:
            case.undoing = target
    return withdrawn


def _taken_back() -> Verdict:
    error = errors.TakenBack()
    return Verdict(IntentOutcome.DONE, error.code, error.detail)


def layers(cases: Iterable[Case]) -> list[dict[IntentKind, list[Case]]]:
    """Cases in as few steps as keep each card's own order: undo, then stamp, then use in each.

    Nearly always there is one, however many cards a batch is about.
    """
    place = {IntentKind.UNDO: 0, IntentKind.STAMP: 1, IntentKind.USE: 2}
    reached: dict[object, tuple[int, int]] = {}
    found: list[dict[IntentKind, list[Case]]] = []
    for case in sorted(cases, key=lambda it: (it.at, it.said.counter)):
        kind = case.said.kind
        about = case.undoing.card_id if case.undoing else case.card and case.card.id
        layer, last = reached.get(about, (0, 0))
        if place[kind] < last:
            layer += 1
        reached[about] = (layer, place[kind])
        while len(found) <= layer:
            found.append({each: [] for each in IntentKind})
        found[layer][kind].append(case)
    return found


def metres(near: Near, latitude: float, longitude: float) -> float:
    """How far a device is from a store, along the ground."""
    lat, other = radians(near.lat), radians(latitude)
    up, along = other - lat, radians(longitude - near.lon)
    half = sin(up / 2) ** 2 + cos(lat) * cos(other) * sin(along / 2) ** 2
    return 2 * _EARTH_M * asin(min(1.0, sqrt(half)))
