"""`python -m demo_shop`: open the shop until told to close."""

import argparse
import logging
from pathlib import Path

import uvicorn

from demo_shop.app import build_app
from demo_shop.settings import settings_here


def main() -> None:
    """Listen on this machine alone: anybody may sign in as anybody here."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--log-file", type=Path, help="Write the log here.")
    logging.basicConfig(level=logging.WARNING, filename=arguments.parse_args().log_file)
    settings = settings_here()
    uvicorn.run(build_app(settings), host="127.0.0.1", port=settings.port, log_config=None)


if __name__ == "__main__":
    main()
