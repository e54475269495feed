"""The server process: uvicorn around the application, until it is told to stop."""

import uvicorn

from loyalnest.entrypoints.http.app import build_app
from loyalnest.entrypoints.http.parts import Parts
from loyalnest.kernel import memory
from loyalnest.kernel.database import Database
from loyalnest.kernel.settings import Settings

_GRACE_S = 10
_LONGEST_MESSAGE = 65_536  # what a listener of the stream may say, which is a token


async def serve(database: Database, settings: Settings, parts: Parts) -> None:
    """Answer requests at the settings' host and port until SIGTERM or Ctrl-C.

    Requests that were taken are answered first, for some seconds; then what runs beside is ended.
    """
    config = uvicorn.Config(
        build_app(database, settings, parts),
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws="websockets-sansio",
        lifespan="on",
        proxy_headers=False,  # read by our own rules, see addresses.py
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_GRACE_S,
        backlog=2048,
        ws_max_size=_LONGEST_MESSAGE,
    )
    memory.collect_seldom()
    await uvicorn.Server(config).serve()
