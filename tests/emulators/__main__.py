"""`python -m tests.emulators NAME --port N`: one vendor's server by itself, until it is ended."""

import argparse
import asyncio

from tests import emulators

VENDORS = {
    "google-wallet": emulators.GoogleWallet,
    "klaviyo": emulators.Klaviyo,
    "mailchimp": emulators.Mailchimp,
    "meta": emulators.Meta,
    "postscript": emulators.Postscript,
    "ses": emulators.Ses,
    "twilio": emulators.Twilio,
}


async def main() -> None:
    parser = argparse.ArgumentParser(prog="emulators", description=__doc__)
    parser.add_argument("name", choices=sorted(VENDORS))
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    vendor = VENDORS[arguments.name]()
    await vendor.start(arguments.port)
    print(vendor.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
