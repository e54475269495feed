"""Whoever asks too often is told so, and told how long to wait."""

import pytest

from loyalnest.kernel.database import Database
from loyalnest.kernel.limits import Buckets, Policy
from tests.doors import bearing, house, make_key, open_cafe

ME = "/v1/api/auth/me"


class Seconds:
    """A stopwatch that a test turns."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_a_bucket_gives_its_quota_at_once_and_then_at_its_pace():
    clock = Seconds()
    buckets = Buckets(Policy("test", quota=5, window_s=900), clock=clock)
    assert [buckets.take("a").allowed for _ in range(6)] == [True] * 5 + [False]
    assert buckets.take("a").retry_after_s == pytest.approx(180)
    clock.at += 180
    assert [buckets.take("a").allowed for _ in range(2)] == [True, False]


def test_everybody_has_a_bucket_of_their_own():
    buckets = Buckets(Policy("test", quota=1, window_s=60), clock=Seconds())
    assert [buckets.take(each).allowed for each in "aab"] == [True, False, True]


def test_what_is_left_is_told_as_the_draft_says():
    buckets = Buckets(Policy("test", quota=5, window_s=10), clock=Seconds())
    buckets.take("a")
    assert buckets.take("a").headers() == {
        "RateLimit-Policy": '"test";q=5;w=10',
        "RateLimit": '"test";r=3;t=4',
    }


def test_a_token_that_is_given_back_can_be_taken_again():
    buckets = Buckets(Policy("test", quota=1, window_s=60), clock=Seconds())
    buckets.take("a")
    buckets.give_back("a")
    assert buckets.take("a").allowed


def test_the_number_of_buckets_has_a_bound():
    buckets = Buckets(Policy("test", quota=1, window_s=60), clock=Seconds(), at_most=10)
    for number in range(1000):
        buckets.take(number)
    assert len(buckets) == 10


async def test_a_key_has_its_burst_and_then_waits(database: Database):
    merchant, _ = await open_cafe(database)
    key, other = [await make_key(database, merchant.id) for _ in "12"]
    async with house(database, api_key_requests_per_second=0.01, api_key_burst=3) as client:
        answers = [await client.get(ME, headers=bearing(key)) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"caller";q=3;w=300'
        assert answers[3].json()["code"] == "RATE_LIMITED"
        assert 0 < int(answers[3].headers["retry-after"]) <= 100
        assert (await client.get(ME, headers=bearing(other))).status_code == 200


async def test_whoever_has_no_key_is_counted_by_address(shared_database: Database):
    async with house(shared_database, anonymous_requests=2) as client:
        codes = [(await client.get(ME)).status_code for _ in range(3)]
        guessed = await client.get(ME, headers=bearing("lnk_guessed"))
    assert codes == [401, 401, 429]
    assert guessed.status_code == 429


async def test_a_header_does_not_make_a_new_address(shared_database: Database):
    async with house(shared_database, anonymous_requests=1) as client:
        codes = [
            (await client.get(ME, headers={"X-Forwarded-For": f"192.0.2.{last}"})).status_code
            for last in range(3)
        ]
    assert codes == [401, 429, 429]


async def test_behind_a_trusted_proxy_everybody_is_counted_alone(shared_database: Database):
    behind = "203.0.113.0/24"
    async with house(shared_database, anonymous_requests=1, trusted_proxies=behind) as client:
        codes = [
            (await client.get(ME, headers={"X-Forwarded-For": hops})).status_code
            for hops in ("192.0.2.1", "192.0.2.2", "10.9.9.9, 192.0.2.1", "192.0.2.3, 203.0.113.9")
        ]
    assert codes == [401, 401, 429, 401]


async def test_one_household_of_ipv6_is_counted_together(shared_database: Database):
    behind = "203.0.113.7"
    async with house(shared_database, anonymous_requests=1, trusted_proxies=behind) as client:
        codes = [
            (await client.get(ME, headers={"X-Forwarded-For": address})).status_code
            for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
        ]
    assert codes == [401, 429, 401]
