"""The demo's shop beside web server and worker: where it listens, and what it is told."""

import sys
from pathlib import Path

from loyalnest.entrypoints import nest
from loyalnest.entrypoints.cli.ports import free_above
from loyalnest.entrypoints.cli.running import address_of, keep_secret
from loyalnest.entrypoints.cli.supervision import Program
from loyalnest.kernel.settings import Settings

_ROOT = Path(__file__).parents[3]


def is_there() -> bool:
    """Whether the shop came along: it is part of the repository and not of what is installed."""
    return (_ROOT / "demo_shop" / "__main__.py").exists()


def port_for(settings: Settings) -> int:
    """Where the shop can listen: as told, else right above the installation, else anywhere."""
    return settings.demo_shop_port or free_above(settings.port)


def kept_key(settings: Settings) -> str | None:
    """The key that an earlier start has made for the shop."""
    file = _key_file(settings)
    return file.read_text().strip() if file.exists() else None


def keep_key(settings: Settings, key: str) -> None:
    """Remember the shop's key for the next start."""
    _folder(settings).mkdir(mode=0o700, exist_ok=True)
    keep_secret(_key_file(settings), key)


def program_of(
    settings: Settings, opened: nest.Opened, *, port: int, log_file: Path | None
) -> Program:
    """The shop, to be kept running."""
    assert settings.shopify_api_secret is not None
    environment = {
        "PYTHONPATH": str(_ROOT),
        "DEMO_SHOP_PORT": str(port),
        "DEMO_SHOP_FOLDER": str(_folder(settings)),
        "DEMO_SHOP_INSTALLATION": address_of(settings),
        "DEMO_SHOP_SEEN_AT": settings.public_url or address_of(settings),
        "DEMO_SHOP_SECRET": settings.shopify_api_secret.get_secret_value(),
        "DEMO_SHOP_API_KEY": opened.api_key,
    }
    command = [sys.executable, "-m", "demo_shop"]
    if log_file is not None:
        command += ["--log-file", str(log_file)]
    return Program("shop", command, environment)


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "demo-shop"


def _key_file(settings: Settings) -> Path:
    return _folder(settings) / "api-key"
