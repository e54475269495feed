"""stock-100: of a thousand who want one of a hundred at the same instant, how many get one."""

import asyncio
from collections import Counter

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, installation, make_api_key
from bench.rewarded import COST, open_counter, wish
from loyalnest import ledger

_STOCK = 100
_WANTED = 1_000


async def measure(run: Run) -> Measured:
    """All connections stand before the first request leaves; whoever misses is told why."""
    people = run.count(_WANTED, 150)
    async with installation(run.folder) as place:
        reward_id, ids = await open_counter(place, people, points=COST, stock=_STOCK)
        key = make_api_key(place, "shop-0")
        with place.program("serve"):
            await place.wait_until_ready()
            requests = [wish(key, reward_id, id_, n) for n, id_ in enumerate(ids)]
            answers = await _all_at_once(place, requests)
        async with place.database.platform(snapshot=True) as session:
            report = await ledger.verify(session)
    told = Counter(answers)
    told_why = told["409 REWARD_SOLD_OUT"] == people - _STOCK
    note = ", ".join(f"{answer}: {count}" for answer, count in told.most_common())
    got_one = told["201"]
    return Measured(
        got_one, note=note, failed=got_one != _STOCK or not told_why or not report.clean
    )


async def _all_at_once(place: Installation, requests: list[str]) -> list[str]:
    """The answers: a status, with the problem's code where there is one."""
    opened = [await asyncio.open_connection("127.0.0.1", place.settings.port) for _ in requests]

    async def ask(number: int) -> str:
        reader, writer = opened[number]
        closing = requests[number].replace("\r\n", "\r\nConnection: close\r\n", 1)
        writer.write(closing.encode())
        answer = (await reader.read()).decode()
        writer.close()
        status = answer.split(" ", 2)[1]
        _, found, rest = answer.partition('"code":"')
        is_problem = found and not status.startswith("2")
        return f"{status} {rest.partition(chr(34))[0]}" if is_problem else status

    return await asyncio.gather(*(ask(number) for number in range(len(requests))))


FIGURE = Figure(
    name="stock-100",
    unit="redemptions",
    goal=Goal("exactly 100 of 1,000 succeed", at_least=_STOCK),
    measure=measure,
)
