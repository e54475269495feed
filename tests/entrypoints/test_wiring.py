"""The timetable that every installation keeps."""

from structlog.testing import capture_logs

from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from tests.conftest import NOW


async def test_every_entry_of_the_timetable_runs_on_an_empty_installation(database: Database):
    with capture_logs() as lines:
        for entry in wiring.TIMETABLE:
            await entry.handle(database, NOW)

    assert [line["event"] for line in lines if line["log_level"] == "error"] == []
    assert "ledger.verified" in [line["event"] for line in lines]


def test_entries_of_the_timetable_have_names_of_their_own():
    names = [entry.name for entry in wiring.TIMETABLE]

    assert len(set(names)) == len(names)
