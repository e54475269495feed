"""Whom we believe to be SNS, and whom alone we call on its word."""

import json
from collections.abc import AsyncGenerator

import pytest

from loyalnest.integrations.ses.sns import is_certificate, is_confirmation
from loyalnest.kernel.database import Database
from tests.integrations.vendors.post import Post, post_of


@pytest.fixture
async def post(lasting_database: Database) -> AsyncGenerator[Post]:
    async with post_of(lasting_database) as post:
        yield post


async def test_sns_is_believed_in_both_its_signatures_by_a_certificate_fetched_once(
    post: Post,
) -> None:
    vendor, url = post.vendors["ses"], post.url("ses")
    for version in ("1", "2"):
        for number in range(2):
            told = vendor.notify(url, json.dumps({"n": number}), version=version)
            assert (await told.deliver(post.client)).status_code == 200
    assert post.fetched == [vendor.certificate_url]
    changed = json.loads(vendor.notify(url, "{}").body)
    for name, value in [
        ("Message", "{ }"),
        ("Signature", "AAAA"),
        ("SignatureVersion", "3"),
        ("TopicArn", vendor.topic + "2"),
    ]:
        body = json.dumps({**changed, name: value}).encode()
        answer = await vendor.notify(url, "{}").but(body=body).deliver(post.client)
        assert (name, answer.status_code) == (name, 401)


async def test_sns_is_confirmed_for_the_senders_own_topic_and_nobody_else_is_called(
    post: Post,
) -> None:
    vendor, url = post.vendors["ses"], post.url("ses")
    assert (await vendor.invite(url, version="2").deliver(post.client)).status_code == 200
    assert len(vendor.confirmed) == 1
    post.fetched.clear()
    strangers = [
        vendor.invite(url, TopicArn="arn:aws:sns:eu-west-1:999999999999:theirs"),
        vendor.invite(url, SubscribeURL="https://internal.example/?Action=ConfirmSubscription"),
        vendor.notify(url, "{}", SigningCertURL="https://evil.example/a.pem"),
        vendor.notify(url, "{}", SigningCertURL="http://169.254.169.254/latest/meta-data"),
    ]
    for stranger in strangers:
        assert (await stranger.deliver(post.client)).status_code == 401
    assert post.fetched == []


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://a@sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com:8080/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/other.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem?x=1",
        "https://sns.eu-west-1.amazonaws.com/a/../SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com\\@evil.example/SimpleNotificationService-1.pem",
        "https://[::1]/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com:x/SimpleNotificationService-1.pem",
        "",
    ],
)
def test_no_other_address_is_a_certificates(url: str) -> None:
    assert not is_certificate(url)


def test_an_address_that_confirms_does_nothing_else() -> None:
    topic = "arn:aws:sns:eu-west-1:1:t"
    good = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={topic}"
    assert is_certificate("https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-a.pem")
    assert is_confirmation(f"{good}&Token=1", topic)
    for bad in (
        good.replace("Confirm", "Delete"),
        good + "&Action=DeleteTopic",
        good.replace("1:t", "1:u"),
        good.replace("/?", "/x?"),
        good.replace("https", "http"),
    ):
        assert not is_confirmation(bad, topic)
