"""memory: MiB that the larger of server and worker occupies after a million orders."""

from bench.end_to_end import settle
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import installation, send_load
from bench.load import Task
from bench.machine import memory_mib

_BITES = 10


async def measure(run: Run) -> Measured:
    """Orders over HTTP as fast as they are taken, a tenth of them at a time."""
    orders = run.count(1_000_000, 10_000)
    bite = orders // _BITES
    server_mib: list[float] = []
    worker_mib: list[float] = []
    async with installation(run.folder) as place:
        await place.open_merchants(500)
        owner = await place.as_owner()
        with place.program("serve") as server, place.program("worker") as worker:
            await place.wait_until_ready()
            for number in range(_BITES):
                await send_load(
                    Task(
                        port=place.settings.port,
                        seconds=bite / 1_000,
                        rate=1_000,
                        first=number * bite,
                        count=bite,
                    )
                )
                await settle(owner)
                server_mib.append(memory_mib(server.pid))
                worker_mib.append(memory_mib(worker.pid))
            recorded: int = await owner.fetchval("SELECT count(*) FROM orders")
        await owner.close()
    note = (
        f"after {recorded:,} orders: server {server_mib[-1]:.0f}, worker {worker_mib[-1]:.0f} MiB; "
        f"half way {server_mib[_BITES // 2]:.0f} and {worker_mib[_BITES // 2]:.0f}"
    )
    return Measured(max(server_mib + worker_mib), note=note, failed=recorded < orders * 0.99)


FIGURE = Figure(
    name="memory",
    unit="MiB",
    goal=Goal("below 400 MiB each", below=400),
    measure=measure,
)
