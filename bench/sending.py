"""What the figures of sending have in common: members to write to, workers, and a provider.

`python -m bench.sending` is a worker of the product's, in a process of its own, whose messages go
by the provider of `bench.post`.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import uvloop

from bench.installation import Installation, Store, ended, free_port, wait_for_port
from bench.post import offer
from loyalnest import consents, customers, messaging, templates
from loyalnest.customers import Contact
from loyalnest.entrypoints import worker
from loyalnest.entrypoints.worker import Work
from loyalnest.kernel import clock, database, keys
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.settings import Settings
from loyalnest.messaging import Ask, Channel, Offer, Provider, Purpose, Source, Stationery

ROOT = Path(__file__).parents[1]
_AT_ONCE = 1_000
_MEMBER = "member"
ONE_EACH, IN_BATCHES = Provider.SES, Provider.KLAVIYO


def offers() -> list[Offer]:
    """A provider that takes a letter a call, and one that takes a thousand."""
    return [
        offer(provider=ONE_EACH, channels=[Channel.EMAIL], calls_at_once=12),
        offer(provider=IN_BATCHES, channels=[Channel.EMAIL], at_most=1_000, calls_at_once=4),
    ]


async def enrol(place: Installation, store: Store, wanted: int) -> list[UUID]:
    """So many members, whom outreach may reach by e-mail."""
    people: list[UUID] = []
    for first in range(0, wanted, _AT_ONCE):
        contacts = [
            Contact(
                store.merchant_id,
                email=f"{_MEMBER}{n}@example.com",
                name=f"Member {n}",
                locale="en" if n % 2 else "ar",
            )
            for n in range(first, min(first + _AT_ONCE, wanted))
        ]
        now = clock.now()
        async with place.database.batch([store.merchant_id]) as session:
            found = await customers.identify_many(session, contacts, now=now)
            some = [id_ for id_ in found if id_]
            said = [_agreed(store.merchant_id, person) for person in some]
            await consents.record_many(session, said, now=now)
        people += some
    return people


def number_of(email: str) -> int:
    """Which of the members has this address."""
    return int(email.partition("@")[0].removeprefix(_MEMBER))


def _agreed(merchant_id: UUID, person: UUID) -> consents.Said:
    return consents.Said(
        merchant_id,
        person,
        consents.Purpose.OUTREACH,
        consents.Channel.EMAIL,
        consents.State.GRANTED,
        clock.now() - timedelta(days=1),
        consents.Proof(consents.Way.IMPORT, "bench"),
    )


async def set_up(
    opened: Database, store: Store, url: str, provider: Provider, *, rate_per_s: float
) -> None:
    """The merchant's mail goes by this provider."""
    setup = messaging.Setup(
        Channel.EMAIL, "hello@shop.example", "Shop", {"url": url}, rate_per_s=rate_per_s
    )
    (by,) = (it for it in offers() if it.provider is provider)
    async with opened.tenant(store.merchant_id) as session:
        settings = consents.ConsentSettings(quiet_hours=_NEVER_QUIET)
        await consents.save_settings(session, settings, actor="bench", now=clock.now())
        await messaging.set_up(session, setup, by, actor="bench", now=clock.now())


_NEVER_QUIET = consents.QuietHours.model_validate({"starts": "12:00", "ends": "12:00"})


async def ask(opened: Database, store: Store, people: list[UUID]) -> None:
    """A journey starts: each of them is to get a mail that wants something of them."""
    occasion = templates.Occasion.WIN_BACK
    filled = templates.sample_of(occasion)
    for first in range(0, len(people), _AT_ONCE):
        asks = [
            Ask(
                store.merchant_id,
                person,
                Source("bench", new_id()),
                occasion,
                Purpose.OUTREACH,
                [Channel.EMAIL],
                filled,
            )
            for person in people[first : first + _AT_ONCE]
        ]
        async with opened.batch([store.merchant_id]) as session:
            await messaging.ask(session, asks, now=clock.now())


@dataclass(slots=True)
class Provided:
    """The provider's process, and what it saw once it has ended."""

    url: str
    process: "subprocess.Popen[bytes]"

    def seen(self) -> "Seen":
        """End it, and read what it saw."""
        self.process.terminate()
        output, _ = self.process.communicate(timeout=20)
        told = json.loads(output)
        return Seen([tuple(call) for call in told["calls"]], told["letters"], told["different"])


@dataclass(frozen=True, slots=True)
class Seen:
    """What a provider saw: when each call was sent and came, and how many letters it had."""

    calls: list[tuple[float, float, int]]
    letters: int
    different: int

    @property
    def took_s(self) -> float:
        """From the first call's coming to the last one's."""
        came = [came for _, came, _ in self.calls]
        return max(came) - min(came)

    def most_in_a_second(self) -> tuple[int, int]:
        """The most letters in any one-second window: as they were sent, and as they came."""
        return (
            _most([(sent, letters) for sent, _, letters in self.calls]),
            _most([(came, letters) for _, came, letters in self.calls]),
        )


def _most(times: list[tuple[float, int]]) -> int:
    times = sorted(times)
    most = inside = 0
    first = 0
    for at, letters in times:
        inside += letters
        while times[first][0] <= at - 1:
            inside -= times[first][1]
            first += 1
        most = max(most, inside)
    return most


@contextmanager
def a_provider() -> Generator[Provided]:
    """A provider in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "bench.post", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    with ended(process):
        wait_for_port(port)
        yield Provided(f"http://127.0.0.1:{port}", process)


@contextmanager
def a_worker(place: Installation) -> Generator["subprocess.Popen[bytes]"]:
    """A worker in a process of its own."""
    command = [sys.executable, "-m", "bench.sending"]
    url = place.settings.database_url
    assert url is not None
    environment = {**place.environment(), "LOYALNEST_DATABASE_URL": url.get_secret_value()}
    with open(place.settings.data_dir / "sending.log", "ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        with ended(process):
            yield process


async def _work() -> None:
    settings = Settings()
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    ring = await keys.unlock(url, settings, now=clock.now())
    opened = database.connect(url, ring, settings, batch=True)
    sending = messaging.Sending(offers(), Stationery("https://nest.example"))
    await worker.serve(opened, Work(sending=sending))
    await opened.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work())
