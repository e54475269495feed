"""What every carrier answers when its vendor takes a letter, refuses it, is slow or away."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from loyalnest.messaging import Accepted, Carrier, Doubtful, Reason, Refused, State
from tests.emulators import Cut, Delay, Garbage, Hang, Say
from tests.integrations.vendors.cast import CASES, POINTS, Case, way_to


@dataclass
class Stage:
    """A vendor, and a carrier that is open to it."""

    case: Case
    vendor: Any
    carrier: Carrier

    async def send_one(self) -> Any:
        (outcome,) = await self.carrier.send([self.case.letter()])
        return outcome

    @property
    def taken(self) -> int:
        return self.case.taken(self.vendor)


@asynccontextmanager
async def set_for(case: Case, *, timeout_s: float = 5.0) -> AsyncGenerator[Stage]:
    async with case.make() as vendor:
        carrier = case.carrier(vendor, timeout_s=timeout_s)
        yield Stage(case, vendor, carrier)
        await carrier.close()


@pytest.fixture(params=sorted(CASES))
async def stage(request: pytest.FixtureRequest) -> AsyncGenerator[Stage]:
    async with set_for(CASES[request.param]) as stage:
        yield stage


async def test_a_letter_is_taken_once_and_has_the_vendors_name_for_it(stage: Stage) -> None:
    outcome = await stage.send_one()
    assert isinstance(outcome, Accepted)
    assert outcome.state in (State.QUEUED, State.SENT)
    assert outcome.provider_id or stage.case is CASES["klaviyo"]
    assert stage.taken == 1


async def test_many_letters_have_an_outcome_each_in_their_order(stage: Stage) -> None:
    letters = [stage.case.letter() for _ in range(3)]
    outcomes = await stage.carrier.send(letters)
    assert [type(it) for it in outcomes] == [Accepted] * 3
    assert stage.taken == 3


async def test_too_fast_is_no_refusal_for_good_and_says_how_long_to_wait(stage: Stage) -> None:
    stage.vendor.then(Say.too_many(7))
    outcome = await stage.send_one()
    assert outcome == Refused(Reason.THROTTLED, timedelta(seconds=7), outcome.code)
    assert stage.taken == 0


# Mailchimp documents no words of its own for it.
@pytest.mark.parametrize("stage", sorted(CASES.keys() - {"mailchimp"}), indirect=True)
async def test_the_vendors_own_words_for_too_fast_are_understood(stage: Stage) -> None:
    answer = stage.vendor.too_many()

    def crowded(_: object) -> Any:
        return answer

    stage.vendor.carry_out = crowded
    outcome = await stage.send_one()
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.THROTTLED


async def test_a_vendor_that_is_away_for_a_moment_has_certainly_taken_nothing(stage: Stage) -> None:
    stage.vendor.then(Say(503))
    assert (await stage.send_one()).reason is Reason.UNAVAILABLE
    assert isinstance(await stage.send_one(), Accepted)


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_gateways_page_says_nothing_of_what_was_done(stage: Stage, status: int) -> None:
    stage.vendor.then(Garbage(b"<html>Bad gateway</html>", status))
    assert isinstance(await stage.send_one(), Doubtful)


@pytest.mark.parametrize(
    "trouble",
    [Cut(done=True), Garbage(), Garbage(b"<html>Hello</html>", 200)],
    ids=["cut", "no HTTP", "a page"],
)
async def test_without_an_answer_that_makes_sense_nobody_knows(stage: Stage, trouble: Any) -> None:
    stage.vendor.then(trouble)
    assert isinstance(await stage.send_one(), Doubtful)


@pytest.mark.parametrize("name", sorted(CASES))
async def test_of_what_is_never_answered_nobody_knows_either(name: str) -> None:
    async with set_for(CASES[name], timeout_s=0.5) as stage:
        stage.vendor.then(Hang(done=True))
        assert isinstance(await stage.send_one(), Doubtful)


async def test_a_late_answer_within_the_time_counts(stage: Stage) -> None:
    stage.vendor.then(Delay(0.05))
    assert isinstance(await stage.send_one(), Accepted)


async def test_a_vendor_that_cant_be_reached_has_certainly_taken_nothing(stage: Stage) -> None:
    await stage.vendor.stop()
    outcome = await stage.send_one()
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.UNAVAILABLE
    await stage.vendor.start()


async def test_a_key_that_the_vendor_doesnt_know_is_the_accounts_fault(stage: Stage) -> None:
    account = stage.case.account(stage.vendor)
    wrong = {name: value[:-1] + "0" for name, value in account.credentials.items()}
    carrier = stage.case.offer(way_to(stage.vendor)).open(replace(account, credentials=wrong))
    (outcome,) = await carrier.send([stage.case.letter()])
    await carrier.close()
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.CREDENTIALS_REFUSED


async def test_nobodys_address_and_no_words_are_logged_whatever_happens(stage: Stage) -> None:
    stage.vendor.then(Say(400), Say(503), Cut(), Garbage())
    with capture_logs() as lines:
        for _ in range(5):
            await stage.send_one()
    told = repr(lines)
    assert lines
    for secret in (stage.case.to, POINTS, *stage.case.secrets(stage.vendor).values()):
        assert secret not in told
