"""The live stream: a merchant's events over a WebSocket, as they are committed.

One task a process follows the log and hands each event to whoever listens for its merchant. A
listener that is slow misses nothing: what doesn't fit its queue it reads from the log.
"""

from loyalnest.entrypoints.live.hub import Hub
from loyalnest.entrypoints.live.stream import PATH, Authenticate, stream_of

__all__ = ["PATH", "Authenticate", "Hub", "stream_of"]
