import json

from loyalnest.kernel import jobs
from loyalnest.kernel.database import bulk
from tests.entrypoints.cli.conftest import Terminal
from tests.kernel.inbox.bakery import open_bakeries


async def test_an_operator_sees_what_is_held_and_queues_it_again(terminal: Terminal) -> None:
    (merchant,) = await open_bakeries(terminal.database, 1)
    async with terminal.database.tenant(merchant) as session:
        await jobs.enqueue(session, "bake", {"loaf": "rye"})
    async with terminal.database.platform() as session:
        await (await bulk(session)).execute("UPDATE jobs.pgqueuer SET status = 'failed'")

    listed = await terminal.runs("jobs", "held", "--json")
    (job,) = json.loads(listed.out)
    assert job["name"] == "bake"
    shown = await terminal.runs("jobs", "held")
    assert "bake" in shown.out, shown.err
    unknown = await terminal.runs("jobs", "retry", str(job["id"] + 1))
    assert (unknown.status, "JOB_NOT_HELD" in unknown.err) == (1, True)
    again = await terminal.runs("jobs", "retry", str(job["id"]))

    assert again.status == 0, again.err
    assert (await terminal.runs("jobs", "held")).out == "No job is held.\n"
