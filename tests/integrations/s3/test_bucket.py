"""Objects in a bucket of a server that is not ours, and what goes wrong on the way there."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from loyalnest.entrypoints import keeping
from loyalnest.integrations.aws import Key
from loyalnest.integrations.calls import Way
from loyalnest.integrations.s3 import Bucket
from loyalnest.kernel import clock
from loyalnest.kernel.objects import ObjectsRefused, ObjectsUnavailable
from loyalnest.kernel.settings import Settings
from tests.emulators.troubles import Cut, Say
from tests.emulators.vendor import Vendor
from tests.emulators.wire import Answer, Request
from tests.node import FOLDER, installed

RIGHT = Key("S3RVER", "S3RVER", "us-east-1", "s3")
BUCKET, KIND = "nest", "application/vnd.apple.pkpass"


@pytest.fixture
async def url(tmp_path: Path) -> AsyncGenerator[str]:
    node = await asyncio.to_thread(installed)
    server = await asyncio.create_subprocess_exec(
        *("node", str(FOLDER / "s3.mjs"), str(tmp_path / "s3"), BUCKET),
        env=node.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdin
    assert server.stdout
    yield f"http://127.0.0.1:{int(await server.stdout.readline())}"
    server.stdin.close()
    await server.wait()


@asynccontextmanager
async def opened(bucket: Bucket) -> AsyncGenerator[Bucket]:
    yield bucket
    await bucket.close()


@pytest.mark.parametrize("prefix", ["", "some/where/"])
async def test_what_is_put_is_found_until_it_is_deleted(url: str, prefix: str) -> None:
    name, body = "passes/0a/b_c-d.pkpass", bytes(range(256)) * 1000
    async with opened(_bucket_at(url, prefix=prefix)) as bucket:
        assert await bucket.find(name) is None
        await bucket.put(name, b"first", media_type=KIND)
        await bucket.put(name, body, media_type=KIND)
        assert await bucket.find(name) == body
        await bucket.delete(name)
        await bucket.delete(name)
        assert await bucket.find(name) is None


async def test_a_missing_bucket_is_told_apart_from_a_missing_object(url: str) -> None:
    async with opened(_bucket_at(url, "elsewhere")) as bucket:
        with pytest.raises(ObjectsRefused, match="NoSuchBucket"):
            await bucket.find("one")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, None),
        ({"s3_bucket": "elsewhere"}, ("OBJECTS_REFUSED", "NoSuchBucket")),
        ({"s3_access_key_id": "AKIDSTRANGER"}, ("OBJECTS_REFUSED", "InvalidAccessKeyId")),
        ({"s3_url": "http://127.0.0.1:9"}, ("OBJECTS_UNAVAILABLE", "object store")),
    ],
)
async def test_what_is_wrong_with_a_bucket_is_said_at_the_start_by_a_code(
    url: str, changed: dict[str, str], said: tuple[str, str] | None
) -> None:
    right = {"s3_bucket": BUCKET, "s3_url": url, "s3_access_key_id": RIGHT.id}
    settings = Settings(s3_secret_access_key=SecretStr(RIGHT.secret), **right | changed)  # type: ignore[arg-type]
    with capture_logs() as lines:
        await keeping.look(settings)
    errors = [(it["code"], it["detail"]) for it in lines if it["event"] == "objects.unusable"]
    assert [code for code, _ in errors] == ([said[0]] if said else [])
    assert said is None or said[1] in errors[0][1]


async def test_a_key_that_the_store_does_not_know_is_refused_by_name(url: str) -> None:
    stranger = Key("AKIDSTRANGER", RIGHT.secret, RIGHT.region, RIGHT.service)
    async with opened(_bucket_at(url, key=stranger)) as bucket:
        with pytest.raises(ObjectsRefused, match="InvalidAccessKeyId"):
            await bucket.find("one")


class _Kept(Vendor):
    """A store that takes everything."""

    def carry_out(self, request: Request) -> Answer:
        return Answer(200, b"kept")


async def test_a_moment_of_trouble_is_got_over_and_a_lasting_one_is_told() -> None:
    async with _Kept() as store, opened(_bucket_at(store.url)) as bucket:
        store.then(Say(503), Cut())
        assert await bucket.find("one") == b"kept"
        assert len(store.requests) == 3
        store.always(Say(503))
        with pytest.raises(ObjectsUnavailable, match="503"):
            await bucket.put("one", b"one", media_type=KIND)


def _bucket_at(url: str, name: str = BUCKET, key: Key = RIGHT, *, prefix: str = "") -> Bucket:
    return Bucket(name, key, Way(url, clock.now), prefix=prefix)
