"""Where this installation keeps what is large and can be made again."""

import structlog

from loyalnest.integrations.aws import Key
from loyalnest.integrations.calls import Way
from loyalnest.integrations.s3 import Bucket
from loyalnest.kernel import clock
from loyalnest.kernel.objects import Folder, Objects, ObjectsUnavailable, check
from loyalnest.kernel.settings import Settings

_TIMEOUT_S = 10.0

log = structlog.get_logger(__name__)


def objects(settings: Settings) -> Objects:
    """A bucket where one is set, else a folder. To be opened where an event loop runs."""
    if not settings.s3_bucket:
        return Folder(settings.data_dir / "objects")
    region = settings.s3_region
    secret = settings.s3_secret_access_key.get_secret_value()
    url = settings.s3_url or f"https://s3.{region}.amazonaws.com"
    return Bucket(
        settings.s3_bucket,
        Key(settings.s3_access_key_id, secret, region, "s3"),
        Way(url, clock.now, _TIMEOUT_S),
        prefix=settings.s3_prefix,
    )


async def look(settings: Settings) -> None:
    """Say in the log, as an error, when nothing can be kept there: a bucket that isn't there, or a
    key that may not use it, is found when the installation starts and not by the first guest."""
    place, trouble = objects(settings), None
    try:
        await check(place)
    except ObjectsUnavailable as error:
        trouble = error
    finally:
        await place.close()
    if trouble is not None:
        log.error("objects.unusable", code=trouble.code, detail=trouble.detail)
