"""Work that comes at once, done together: one transaction for all who wait."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.faults import Fault, classify

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Waiting(Generic[Asked, Answered]):
    asked: Asked
    answer: asyncio.Future[Answered]


class Gathering(Generic[Asked, Answered]):
    """A door of one server process, where many may ask for the same kind of thing at once.

    Nobody waits for a timer: what comes alone is done at once, and what comes meanwhile is the next
    group. So the groups grow with the load, and a commit and its round trips are shared by all of a
    group. `do` gets a group in the order it came and answers in that order, with an error for each
    that is refused; where it raises, each of the group is done alone, so that nobody is left out
    for another's sake.
    """

    def __init__(
        self,
        do: Callable[[Database, Sequence[Asked]], Awaitable[Sequence[Answered | DomainError]]],
        *,
        called: str,
        group: int,
        at_once: int,
        waiting_at_most: int,
        crowded: type[DomainError],
        together: Callable[[Sequence[Asked]], Sequence[bool]] | None = None,
    ):
        """`called` names it in the log; `crowded` is told while `waiting_at_most` wait.

        `at_once` groups are under way: while the database works at one, the next is worked out.
        `together` tells which of those who wait may be of the first one's group, the first one
        among them; without it all may.
        """
        self.do = do
        self.called = called
        self.group = group
        self.at_once = at_once
        self.waiting_at_most = waiting_at_most
        self.crowded = crowded
        self.together = together
        self._waiting: list[_Waiting[Asked, Answered]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def ask(self, database: Database, asked: Asked) -> Answered:
        """Return the answer once it is written down. Raises what it was refused with, or crowded.

        Whoever is gone before the answer leaves what they asked for behind; it is done.
        """
        if len(self._waiting) >= self.waiting_at_most:
            raise self.crowded
        mine = _Waiting[Asked, Answered](asked, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        if len(self._under_way) < self.at_once:
            task = asyncio.create_task(self._do_all(database))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return await mine.answer

    async def _do_all(self, database: Database) -> None:
        """Do group after group until nobody waits."""
        while self._waiting:
            await self._do(database, self._next())

    def _next(self) -> list[_Waiting[Asked, Answered]]:
        first, rest = self._waiting[: self.group], self._waiting[self.group :]
        if self.together is not None:
            chosen = self.together([it.asked for it in first])
            rest[:0] = [it for it, now in zip(first, chosen, strict=True) if not now]
            first = [it for it, now in zip(first, chosen, strict=True) if now]
        self._waiting = rest
        return first

    async def _do(self, database: Database, group: list[_Waiting[Asked, Answered]]) -> None:
        try:
            answers = await self.do(database, [it.asked for it in group])
        except Exception as error:
            if len(group) > 1 and classify(error) is not Fault.OUTAGE:
                _log.warning(
                    "gathering.done_apart",
                    called=self.called,
                    number=len(group),
                    error=type(error).__name__,
                )
                for it in group:
                    await self._do(database, [it])
                return
            for it in group:
                if not it.answer.done():
                    it.answer.set_exception(error)
            return
        for it, answer in zip(group, answers, strict=True):
            if it.answer.done():
                continue
            if isinstance(answer, DomainError):
                it.answer.set_exception(answer)
            else:
                it.answer.set_result(answer)
