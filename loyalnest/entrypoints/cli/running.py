"""The installation a command works on, and its database, started where it is down."""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import make_url

from loyalnest.kernel import embedded, migrations
from loyalnest.kernel.settings import Settings


def settings_here() -> Settings:
    """The settings of the environment, with an absolute data folder and its remembered secret."""
    settings = Settings()
    found: dict[str, object] = {"data_dir": Path(os.path.abspath(settings.data_dir))}
    settings = settings.model_copy(update=found)
    if settings.shopify_api_secret is None and _secret_file(settings).exists():
        found["shopify_api_secret"] = SecretStr(_secret_file(settings).read_text().strip())
    return settings.model_copy(update=found)


def address_of(settings: Settings) -> str:
    """Where this machine reaches the web server."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def remember_shopify_secret(settings: Settings) -> Settings:
    """The same settings with a secret for webhooks, made up and kept where none was set."""
    if settings.shopify_api_secret is not None:
        return settings
    secret = secrets.token_hex(32)
    keep_secret(_secret_file(settings), secret)
    return settings.model_copy(update={"shopify_api_secret": SecretStr(secret)})


def keep_secret(path: Path, secret: str) -> None:
    """Write a secret where nobody else on the machine reads it, whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{secret}\n")
    draft.rename(path)


def _secret_file(settings: Settings) -> Path:
    return settings.data_dir / "shopify-secret"


@contextmanager
def running_database(settings: Settings) -> Generator[Settings]:
    """The same settings, with URLs of a database that runs for the duration.

    That is the one of `LOYALNEST_DATABASE_URL` where it is set; otherwise the embedded one of the
    data folder, shared with whoever uses it already, or started until this ends.

    Raises:
        DatabaseFailed: the embedded database doesn't come up.
    """
    if settings.database_url is not None:
        yield settings
        return
    with embedded.attached(settings.data_dir) as server:
        urls = {
            "database_url": SecretStr(server.runtime_url),
            "migration_url": SecretStr(server.owner_url),
        }
        yield settings.model_copy(update=urls)


async def migrate(settings: Settings) -> None:
    """Bring the database of these settings, whose URLs are known, to the newest schema."""
    assert settings.database_url is not None
    runtime_url = settings.database_url.get_secret_value()
    owner_url = (settings.migration_url or settings.database_url).get_secret_value()
    await migrations.migrate(owner_url, settings, runtime_login=make_url(runtime_url).username)
