"""Decisions about messages and senders, and a sender's pace."""

from datetime import timedelta
from itertools import pairwise

import pytest

from loyalnest.messaging import Accepted, Doubtful, Outcome, Purpose, Reason, Refused, State, rules
from loyalnest.messaging.rules import Health, Trust, Try
from loyalnest.messaging.sending.pacing import Pacing
from tests.conftest import NOW

REMEMBERS = Trust(timedelta(hours=1), looks_up=False, repeats_in_doubt=False)
LOOKS_UP = Trust(None, looks_up=True, repeats_in_doubt=False)
UNSURE = Trust(None, looks_up=False, repeats_in_doubt=True)
NEVER = Trust(None, looks_up=False, repeats_in_doubt=False)


def tried(tries: int = 1, *, purpose: Purpose = Purpose.OUTREACH, probe: bool = False) -> Try:
    return Try(purpose, tries, attempt=0, since=NOW, is_probe=probe)


def step(outcome: Outcome, given: Try, trust: Trust = NEVER) -> rules.Step:
    return rules.after(outcome, given, trust=trust, now=NOW, chance=1.0)


def test_what_may_pass_is_tried_five_times_ever_more_rarely_and_each_is_another_attempt() -> None:
    busy = Refused(Reason.UNAVAILABLE)
    steps = [step(busy, tried(n)) for n in range(1, 6)]
    waits = [(it.due_at - NOW).total_seconds() for it in steps if it.due_at]
    assert waits == [0.5, 1, 2, 4]
    assert [it.attempt for it in steps[:4]] == [1, 1, 1, 1]
    assert steps[4].state is State.FAILED


def test_a_provider_that_says_for_how_long_is_left_alone_for_so_long() -> None:
    waits = step(Refused(Reason.UNAVAILABLE, timedelta(seconds=30)), tried())
    assert waits.due_at == NOW + timedelta(seconds=30)


@pytest.mark.parametrize("reason", [Reason.THROTTLED, Reason.CREDENTIALS_REFUSED])
def test_what_is_the_accounts_trouble_costs_a_message_none_of_its_tries(reason: Reason) -> None:
    again = step(Refused(reason), tried(5))
    assert (again.state, again.tries) == (State.WAITING, 4)


def test_a_probe_costs_a_message_nothing() -> None:
    assert step(Refused(Reason.UNAVAILABLE), tried(5, probe=True)).state is State.WAITING


@pytest.mark.parametrize(
    ("trust", "purpose", "state"),
    [
        (REMEMBERS, Purpose.OUTREACH, State.WAITING),
        (LOOKS_UP, Purpose.OUTREACH, State.WAITING),
        (UNSURE, Purpose.OUTREACH, State.IN_DOUBT),
        (UNSURE, Purpose.TRANSACTIONAL, State.WAITING),
        (NEVER, Purpose.TRANSACTIONAL, State.IN_DOUBT),
    ],
)
def test_what_may_have_been_taken_is_repeated_only_where_nobody_gets_two(
    trust: Trust, purpose: Purpose, state: State
) -> None:
    doubt = step(Doubtful(), tried(purpose=purpose), trust)
    assert (doubt.state, doubt.attempt) == (state, 0)
    assert doubt.doubtful is (state is State.WAITING)


def test_a_key_that_the_provider_has_forgotten_by_now_is_not_trusted() -> None:
    given = Try(Purpose.OUTREACH, 1, 0, since=NOW - timedelta(hours=2))
    assert step(Doubtful(), given, REMEMBERS).state is State.IN_DOUBT


def test_five_calls_that_come_to_nothing_open_the_breaker_and_one_that_works_closes_it() -> None:
    health, seen = Health(), list[Health]()
    for outcome in (Doubtful(), *[Refused(Reason.UNAVAILABLE)] * 6):
        health = rules.health_after(health, [outcome], now=NOW, chance=1.0)
        seen.append(health)
    assert [it.is_open for it in seen] == [False] * 4 + [True] * 3
    assert [it.paused_until for it in seen[4:]] == [
        NOW + timedelta(seconds=15),
        NOW + timedelta(seconds=30),
        NOW + timedelta(seconds=60),
    ]
    closed = rules.health_after(health, [Accepted("1")], now=NOW, chance=1.0)
    assert closed == Health()


def test_a_wrong_number_says_nothing_against_the_provider() -> None:
    bad = rules.health_after(
        Health(failures=4), [Refused(Reason.ADDRESS_INVALID)], now=NOW, chance=1.0
    )
    assert bad == Health()


def test_a_quota_pauses_and_a_refused_key_breaks_the_sender() -> None:
    quota = rules.health_after(Health(), [Refused(Reason.QUOTA_REACHED)], now=NOW, chance=1.0)
    assert quota.paused_until == NOW + timedelta(hours=1)
    refused = rules.health_after(Health(), [Refused(Reason.SENDER_REFUSED)], now=NOW, chance=1.0)
    assert refused.broken_for is Reason.SENDER_REFUSED


def test_states_only_ever_climb() -> None:
    order = [State.WAITING, State.QUEUED, State.SENT, State.FAILED, State.DELIVERED, State.READ]
    for lower, higher in pairwise(order):
        assert rules.climbs(lower, higher)
        assert not rules.climbs(higher, lower)
        assert not rules.climbs(lower, lower)


@pytest.mark.parametrize("rate", [1, 7, 80, 350.5])
def test_no_window_of_a_second_has_more_than_the_rate_however_late_letters_are(
    rate: float,
) -> None:
    pacing, now_s, sent = Pacing(rate), 100.0, list[float]()
    late = [0.0, 0.0, 0.011, 0.0, 0.05, 0.0]
    while len(sent) < 5 * rate:
        wait_s = pacing.wait_s(1, now_s)
        if wait_s > 0:
            now_s += wait_s + late[len(sent) % len(late)]
        if pacing.wait_s(1, now_s) == 0:
            pacing.went(1, now_s)
            sent.append(now_s)
    quota = int(rate)
    assert all(b - a >= 1 for a, b in zip(sent, sent[quota:], strict=False))
    assert sent[-1] - sent[0] < 5 * 1.2 + 1


def test_a_rate_below_one_a_second_is_kept_too() -> None:
    pacing = Pacing(0.5)
    pacing.went(1, 10.0)
    assert pacing.wait_s(1, 10.0) == pytest.approx(2.001)  # pyright: ignore[reportUnknownMemberType]
