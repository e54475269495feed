"""Log lines as JSON, each with the trace id of the request or job that caused it.

What goes into a line is ids, counts and durations. Personal data, bodies and query strings never
do; the names that could hold some are struck out should anybody try.
"""

import logging
import random
import sys
from collections.abc import Generator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

_trace: ContextVar[str | None] = ContextVar("trace_id", default=None)
_FILE_BYTES = 10_000_000
_FILES_KEPT = 5
_PERSONAL = frozenset(
    {"email", "phone", "name", "address", "password", "token", "secret", "authorization", "body"}
)


def trace_id() -> str | None:
    """The trace that this code runs for: 32 hex digits (W3C Trace Context), or None."""
    return _trace.get()


def new_trace_id() -> str:
    """A fresh trace id: unique, not secret, so the system need not be asked for its dear bytes."""
    return f"{random.getrandbits(128):032x}"


def new_span_id() -> str:
    """A fresh id for one step of a trace."""
    return f"{random.getrandbits(64):016x}"


@contextmanager
def traced(trace: str) -> Generator[None]:
    """Whatever is logged inside belongs to this trace."""
    before = _trace.set(trace)
    try:
        yield
    finally:
        _trace.reset(before)


def configure(level: str = "INFO", *, file: Path | None = None) -> None:
    """Write every line, ours and the libraries', as JSON; once, at the start.

    To standard error, or to a file that no other process writes: when it has grown to 10 MB it is
    kept beside as `.1`, and five such are kept.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        _strike_out,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _file(file) if file else logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # It would write every address that is called, with what stands behind the question mark.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _file(path: Path) -> logging.Handler:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return RotatingFileHandler(
        path, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8", errors="replace"
    )


def _add_trace(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    trace = _trace.get()
    if trace is not None:
        line.setdefault("trace_id", trace)
    return line


def _strike_out(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in _PERSONAL & line.keys():
        line[key] = "[not logged]"
    return line
