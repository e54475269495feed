"""`loyalnest worker`: the program behind the web server."""

from loyalnest.entrypoints import wiring, worker
from loyalnest.entrypoints.cli.acting import open_database
from loyalnest.entrypoints.cli.programs import LogFile, run
from loyalnest.entrypoints.cli.running import running_database, settings_here
from loyalnest.kernel import logs
from loyalnest.kernel.settings import Settings


def work(log_file: LogFile = None) -> None:
    """Apply what came in and do what is due, until told to stop."""
    settings = settings_here()
    logs.configure(settings.log_level, file=log_file)
    with running_database(settings) as connected:
        run(_work(connected))


async def _work(settings: Settings) -> None:
    async with open_database(settings, batch=True) as database:
        await worker.serve(database, wiring.work(settings))
