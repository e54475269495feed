"""A bucket as a place for objects.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html and its neighbours. The bucket
stands in the path rather than in the host's name, which every store understands. What is put is
signed with its content, so that nothing is kept that was changed on the way.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import structlog

from loyalnest.integrations.aws import Key, sign
from loyalnest.integrations.calls import Line, Said, Unclear, Unreached, Way
from loyalnest.kernel.objects import ObjectsRefused, ObjectsUnavailable, checked

log = structlog.get_logger(__name__)

_PAUSES_S = (0.2, 1.0)
_TOO_MANY = 429
_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,64})</Code>")
_NOT_THERE = "NoSuchKey"


class Bucket:
    """One bucket, and what it holds below a prefix. To be opened where an event loop runs."""

    def __init__(self, name: str, key: Key, way: Way, *, prefix: str = ""):
        self._key = key
        self._clock = way.clock
        self._host = urlsplit(way.base_url).netloc
        self._below = "/".join(["", name, *(part for part in prefix.split("/") if part), ""])
        self._line = Line(way)

    async def put(self, name: str, body: bytes, *, media_type: str) -> None:
        """Keep these bytes, in the place of what had this name. Raises ObjectsUnavailable."""
        said = await self._ask("PUT", name, body, {"content-type": media_type})
        if not said.is_yes:
            raise _refused(said)

    async def find(self, name: str) -> bytes | None:
        """What is kept by this name, if anything. Raises ObjectsUnavailable."""
        said = await self._ask("GET", name)
        if said.is_yes:
            return said.body
        # A bucket that isn't there is answered with 404 as well.
        if said.status == 404 and _code(said) == _NOT_THERE:
            return None
        raise _refused(said)

    async def delete(self, name: str) -> None:
        """Keep nothing by this name. Raises ObjectsUnavailable."""
        said = await self._ask("DELETE", name)
        if not (said.is_yes or _code(said) == _NOT_THERE):
            raise _refused(said)

    async def close(self) -> None:
        """Give connections back."""
        await self._line.close()

    async def _ask(
        self, method: str, name: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Said:
        """Ask, and again after a pause where there is trouble: all of this may be done twice."""
        path = self._below + checked(name)
        for pause_s in _PAUSES_S:
            with suppress(ObjectsUnavailable):
                said = await self._ask_once(method, path, body, headers or {})
                if said.status < 500 and said.status != _TOO_MANY:
                    return said
            await asyncio.sleep(pause_s)
        return await self._ask_once(method, path, body, headers or {})

    async def _ask_once(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> Said:
        signed = sign(
            self._key,
            method=method,
            host=self._host,
            path=path,
            headers={**headers, "x-amz-content-sha256": hashlib.sha256(body).hexdigest()},
            body=body,
            now=self._clock(),
        )
        content = body if method == "PUT" else None
        try:
            return await self._line.ask(method, path, content=content, headers=signed)
        except (Unreached, Unclear) as error:
            raise ObjectsUnavailable(f"The object store: {error.why}.") from None


def _refused(said: Said) -> ObjectsUnavailable:
    code = _code(said) or str(said.status)
    log.error("objects.refused", status=said.status, code=code)
    is_ours = said.status < 500 and said.status != _TOO_MANY
    kind = ObjectsRefused if is_ours else ObjectsUnavailable
    return kind(f"The object store refuses: {code}.")


def _code(said: Said) -> str | None:
    found = _CODE.search(said.body)
    return found[1].decode() if found else None
