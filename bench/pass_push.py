"""pass-push: phones a second that are told of a changed pass, by HTTP/2 to an emulated APNs.

The emulator is Node's own HTTP/2 in a process of its own, with TLS and client certificates, and
both share the machine. Tokens are of phones that are there, but for one in a hundred, which has
given its pass up; each must come to be told, or known to be gone, exactly once.
"""

import secrets
import time

from bench.figure import Figure, Goal, Measured, Run
from loyalnest.integrations import apple
from loyalnest.kernel import clock
from loyalnest.wallet import Told
from tests.emulators.apns import apns

_PHONES = 30_000
_BATCH = 1_000
_STREAMS = 1_000
_GONE_OF = 100


async def measure(run: Run) -> Measured:
    """From the first batch, with the handshake in it, to the last answer."""
    place = apple.trial.make(run.folder / "apple", now=clock.now())
    identity = apple.read(place, now=clock.now())
    trusted = apple.trial.authority(run.folder / "apple")
    wanted = run.count(_PHONES, 2_000)
    tokens = [secrets.token_hex(32) for _ in range(wanted)]
    gone = dict.fromkeys(tokens[::_GONE_OF], 1700000000000)
    async with apns(
        run.folder, trusted=trusted, topic=identity.pass_type, streams=_STREAMS
    ) as service:
        await service.trouble(dead=gone)
        pushes = apple.ApplePushes(
            identity, clock.now, url=service.url, authorities=service.authorities
        )
        began, spent = time.perf_counter(), time.process_time()
        told: list[Told] = []
        for first in range(0, wanted, _BATCH):
            outcomes = await pushes.push(tokens[first : first + _BATCH])
            told.extend(it.told for it in outcomes)
        took_s, spent_s = time.perf_counter() - began, time.process_time() - spent
        await pushes.close()
        seen = await service.seen()
    right = [Told.GONE if token in gone else Told.TAKEN for token in tokens]
    note = (
        f"{wanted:,} phones in batches of {_BATCH:,} over {seen.connections} connection, at most"
        f" {seen.most} at once; {spent_s / wanted * 1e6:.0f} µs of processor each on our side"
    )
    failed = told != right or seen.requests != wanted
    return Measured(wanted / took_s, note=note, failed=failed)


FIGURE = Figure(
    name="pass-push",
    unit="pushes/s",
    goal=Goal("at least 1,000 pushes/s, each phone once", at_least=1_000),
    measure=measure,
)
