"""send-50k-batches: the same as send-50k, to a provider that takes up to a thousand a call."""

from bench import sending
from bench.figure import Figure, Goal, Measured, Run
from bench.send_50k import measure_by


async def measure(run: Run) -> Measured:
    """As many a call as there are."""
    return await measure_by(run, sending.IN_BATCHES)


FIGURE = Figure(
    name="send-50k-batches",
    unit="messages/s",
    goal=Goal("at least 1,500 a second where the provider takes batches", at_least=1_500),
    measure=measure,
)
