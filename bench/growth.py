"""growth: what an order costs with a million entries before it, over what it costs with few.

Three installations with pasts of different size, measured in turns, so that the machine's moods
fall on all of them alike.
"""

import statistics
from contextlib import AsyncExitStack

from bench.books import drain, fill_inbox
from bench.figure import Figure, Goal, Measured, Run
from bench.history import write_history
from bench.installation import Installation, Store, installation
from bench.orders import Plan

_ROUNDS = 3
_MERCHANTS = 50


async def measure(run: Run) -> Measured:
    """The dearest of the sizes over the smallest one, medians of the rounds."""
    sizes = [run.count(size, size // 100) for size in (10_000, 100_000, 1_000_000)]
    count = run.count(5_000, 500)
    costs: dict[int, list[float]] = {size: [] for size in sizes}
    async with AsyncExitStack() as stack:
        places: dict[int, tuple[Installation, list[Store]]] = {}
        for size in sizes:
            place = await stack.enter_async_context(installation(run.folder / str(size)))
            stores = await place.open_merchants(_MERCHANTS)
            await write_history(place, stores[0], stores[1:], size)
            places[size] = place, stores
        for number in range(run.count(_ROUNDS, 1)):
            for size, (place, stores) in places.items():
                plan = Plan(count, _MERCHANTS, number * count)
                await fill_inbox(place, stores, plan)
                costs[size].append(await drain(place) / count * 1e6)
    medians = {size: statistics.median(cost) for size, cost in costs.items()}
    note = ", ".join(f"{size:,} entries: {cost:.0f} us/order" for size, cost in medians.items())
    return Measured(max(medians.values()) / medians[sizes[0]], note=note)


FIGURE = Figure(
    name="growth",
    unit="x",
    goal=Goal("flat within 1.5x", below=1.5),
    measure=measure,
)
