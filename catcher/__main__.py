"""`python -m catcher`: catch mails until told to end."""

import argparse
import logging
from pathlib import Path

import uvicorn

from catcher.app import HERE, build_app


def main() -> None:
    """Listen on this machine alone: whoever reaches it reads everybody's mail."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True, help="Where mails are shown.")
    arguments.add_argument("--smtp-port", type=int, required=True, help="Where they are taken.")
    arguments.add_argument("--log-file", type=Path, help="Write the log here.")
    told = arguments.parse_args()
    logging.basicConfig(level=logging.WARNING, filename=told.log_file)
    uvicorn.run(build_app(told.smtp_port), host=HERE, port=told.port, log_config=None)


if __name__ == "__main__":
    main()
