"""Phones are told by a push service that is not ours, through whatever happens on the way."""

import asyncio
import secrets
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from loyalnest.integrations import apple
from loyalnest.kernel import clock
from loyalnest.wallet import PushOutcome, Told
from tests.emulators.apns import Apns, apns
from tests.integrations.apple import cast

STREAMS = 50
PAUSES_S = (0.01, 0.01)
TAKEN = PushOutcome(Told.TAKEN)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Apns]:
    trusted = apple.trial.authority(cast.certificates())
    topic = cast.identity().pass_type
    async with apns(tmp_path, trusted=trusted, topic=topic, streams=STREAMS) as running:
        yield running


@pytest.fixture
async def pushes(service: Apns) -> AsyncGenerator[apple.ApplePushes]:
    made = pushes_to(service)
    yield made
    await made.close()


def pushes_to(
    service: Apns, identity: apple.Identity | None = None, **how: Any
) -> apple.ApplePushes:
    options: dict[str, Any] = {"url": service.url, "authorities": service.authorities}
    options |= {"timeout_s": 5.0, "pauses_s": PAUSES_S, **how}
    return apple.ApplePushes(identity or cast.identity(), clock.now, **options)


def some(count: int) -> list[str]:
    return [secrets.token_hex(32) for _ in range(count)]


async def test_every_phone_is_told_once_over_one_connection(
    service: Apns, pushes: apple.ApplePushes
) -> None:
    tokens = some(400)
    assert await pushes.push(tokens[:200]) == await pushes.push(tokens[200:]) == [TAKEN] * 200
    seen = await service.seen()
    assert sorted(seen.tokens) == sorted((token, 200) for token in tokens)
    assert (seen.connections, seen.accepted) == (1, 400)
    assert 1 < seen.most <= STREAMS


async def test_a_push_says_what_apple_wants_to_hear_and_nothing_else(
    service: Apns, pushes: apple.ApplePushes
) -> None:
    await pushes.push(["AB" * 32])
    told = (await service.seen()).last
    assert told[":path"] == f"/3/device/{'AB' * 32}"
    assert (told[":method"], told["body"]) == ("POST", "{}")
    assert told["apns-topic"] == apple.trial.PASS_TYPE
    assert (told["apns-push-type"], told["apns-priority"]) == ("background", "5")
    keeps_for_s = int(told["apns-expiration"]) - clock.now().timestamp()
    assert timedelta(days=28).total_seconds() < keeps_for_s < timedelta(days=31).total_seconds()


async def test_tokens_that_are_dead_are_told_apart_from_those_that_live(
    service: Apns, pushes: apple.ApplePushes
) -> None:
    alive, dead = some(2)
    await service.trouble(dead={dead: 1_700_000_000_000})
    outcomes = await pushes.push([dead, alive, "abc123", "../../etc", ""])
    gone = PushOutcome(Told.GONE, "BadDeviceToken")
    assert outcomes == [PushOutcome(Told.GONE, "Unregistered"), TAKEN, gone, gone, gone]
    assert len((await service.seen()).tokens) == 3  # what is no token is not asked about


@pytest.mark.parametrize(
    ("status", "reason"),
    [(429, "TooManyRequests"), (500, "InternalServerError"), (503, "Shutdown")],
)
async def test_a_moment_of_trouble_is_got_over(
    service: Apns, pushes: apple.ApplePushes, status: int, reason: str
) -> None:
    await service.trouble(next=[{"status": status, "reason": reason}] * 2)
    assert await pushes.push(some(1)) == [TAKEN]
    await service.trouble(always={"status": status, "reason": reason})
    assert await pushes.push(some(2)) == [PushOutcome(Told.LATER, reason)] * 2


async def test_who_is_asked_to_wait_for_long_leaves_it_to_whoever_asked(
    service: Apns, pushes: apple.ApplePushes
) -> None:
    await service.trouble(always={"status": 429, "reason": "TooManyRequests", "retryAfter": 120})
    later = PushOutcome(Told.LATER, "TooManyRequests", timedelta(minutes=2))
    assert await pushes.push(some(1)) == [later]
    assert (await service.seen()).requests == 1


@pytest.mark.parametrize(
    "answer",
    [{"status": 403, "reason": "BadCertificate"}, {"status": 400, "reason": "TopicDisallowed"}],
)
async def test_what_somebody_has_to_look_at_is_not_tried_again(
    service: Apns, pushes: apple.ApplePushes, answer: dict[str, Any]
) -> None:
    await service.trouble(always=answer)
    assert await pushes.push(some(1)) == [PushOutcome(Told.REFUSED, answer["reason"])]
    assert (await service.seen()).requests == 1


async def test_an_answer_that_makes_no_sense_is_taken_by_its_number(
    service: Apns, pushes: apple.ApplePushes
) -> None:
    await service.trouble(always={"status": 410, "raw": "<html>"})
    assert await pushes.push(some(1)) == [PushOutcome(Told.GONE, "410")]


async def test_phones_are_told_through_goodbyes_and_cuts(
    service: Apns, pushes: apple.ApplePushes
) -> None:
    await service.trouble(goodbyeAfter=60)
    tokens = some(200)
    assert await pushes.push(tokens) == [TAKEN] * len(tokens)
    seen = await service.seen()
    assert seen.connections > 1
    assert {token for token, status in seen.tokens if status == 200} == set(tokens)
    await service.trouble(hangUp=True)
    assert await pushes.push(some(3)) == [TAKEN] * 3


async def test_a_service_that_never_answers_holds_nobody_up_for_long(service: Apns) -> None:
    pushes = pushes_to(service, timeout_s=0.5)
    await service.trouble(always={"status": 0})
    async with asyncio.timeout(8):
        assert await pushes.push(some(3)) == [PushOutcome(Told.LATER, "timeout")] * 3
    await service.trouble()
    assert await pushes.push(some(1)) == [TAKEN]
    await pushes.close()


async def test_a_connection_that_was_silent_is_asked_whether_it_lives(service: Apns) -> None:
    pushes = pushes_to(service, silent_s=0.0)
    assert await pushes.push(some(3)) == [TAKEN] * 3
    assert (await service.seen()).connections == 1
    await service.trouble(hangUp=True)
    assert await pushes.push(some(3)) == [TAKEN] * 3
    assert (await service.seen()).connections == 2
    await pushes.close()


async def test_where_nobody_listens_all_are_told_so_at_once(service: Apns) -> None:
    pushes = pushes_to(service, url="https://localhost:9")
    async with asyncio.timeout(5):
        outcomes = await pushes.push(some(1000))
    assert {it.told for it in outcomes} == {Told.LATER}
    await pushes.close()


async def test_a_service_that_is_a_stranger_is_told_nothing(service: Apns) -> None:
    pushes = pushes_to(service, authorities=None)
    assert await pushes.push(some(1)) == [PushOutcome(Told.REFUSED, "CERTIFICATE_VERIFY_FAILED")]
    await pushes.close()


async def test_whoever_is_a_stranger_to_the_service_learns_it(
    service: Apns, tmp_path: Path
) -> None:
    place = apple.trial.make(tmp_path / "stranger", now=clock.now())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(service.authorities, service.authorities.with_name("apns-key.pem"))
    context.load_verify_locations(apple.trial.authority(cast.certificates()))
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])

    def listen(listening: socket.socket) -> None:
        # Not by asyncio, which hangs up without the word that a handshake ends with.
        asked, _ = listening.accept()
        with suppress(ssl.SSLError), context.wrap_socket(asked, server_side=True) as there:
            there.recv(1)

    identity = apple.read(place, now=clock.now())
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        pushes = pushes_to(service, identity, url=f"https://localhost:{port}")
        thread = asyncio.create_task(asyncio.to_thread(listen, listening))
        refused = PushOutcome(Told.REFUSED, "TLSV1_ALERT_UNKNOWN_CA")
        assert await pushes.push(some(1)) == [refused]
        await thread
    await pushes.close()


async def test_the_topic_is_that_of_the_certificate(service: Apns) -> None:
    claimed = replace(cast.identity(), pass_type="pass.com.example.other")
    pushes = pushes_to(service, claimed)
    assert await pushes.push(some(1)) == [PushOutcome(Told.REFUSED, "TopicDisallowed")]
    await pushes.close()
