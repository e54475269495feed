"""A card as Google is told of it, and a wallet that is open to the emulator."""

import json
from pathlib import Path
from typing import Any

from loyalnest.integrations import google
from loyalnest.integrations.calls import Way
from loyalnest.kernel.languages import LANGUAGES
from loyalnest.wallet import PassColours, PassContent, PassStage, PassTexts, ProgramContent
from tests.emulators import GoogleWallet

SAVE_URL = "https://pay.google.com/gp/v/save/"


def texts(language: str, stamps: str, *, due: str = "") -> PassTexts:
    """What a card says; in German here and there otherwise."""
    german = language == "de"
    return PassTexts(
        program="Kaffeekarte" if german else "Coffee card",
        description="Stamp card of Café",
        stamps_label="Stempel" if german else "Stamps",
        stamps=stamps,
        next_label="Next reward",
        next="Free coffee: 6 more stamps",
        due_label="Ready for you",
        due=due,
        holder_label="Name",
        number_label="Card number",
        rewards_label="Rewards",
        rewards="10: Free coffee",
        how_label="At the counter",
        how="Show this code.",
        expires_label="Good until",
        changed_stamps="Your stamps: %@",
        changed_due="Ready for you: %@",
    )


def content(collected: int = 4, **changed: Any) -> PassContent:
    """A card with so many stamps of ten."""
    stamps = f"{collected} / 10"
    due = ", ".join(changed.get("due", ()))
    given: dict[str, Any] = {
        "serial": "a" * 32,
        "organisation": "Café",
        "collected": collected,
        "needed": 10,
        "stages": (PassStage(10, "Free coffee"),),
        "due": (),
        "holder": "Anna Archer",
        "number": "ABCDE-12345",
        "code": f"LN1.P.ABCD.ABCDE12345.{collected}.0123456789ABCDEF",
        "colours": PassColours("#0b6e5e", "#ffffff", "#ffffff"),
        "logo": None,
        "language": "en",
        "texts": {language: texts(language, stamps, due=due) for language in LANGUAGES},
        "service_url": "https://nest.example/wallet/apple",
        "token": "t" * 32,
    }
    return PassContent(**{**given, **changed})


def program(**changed: Any) -> ProgramContent:
    """The program it is of."""
    given: dict[str, Any] = {
        "id": "c" * 32,
        "organisation": "Café",
        "name": "Coffee card",
        "names": {"de": "Kaffeekarte"},
        "language": "en",
        "logo_url": "https://nest.example/wallet/google/logo/mer_1.png",
        "background": "#0b6e5e",
        "callback_url": "https://nest.example/wallet/google/callback",
    }
    return ProgramContent(**{**given, **changed})


def account(vendor: GoogleWallet, folder: Path) -> google.Account:
    """The service account of the emulator's issuer, by way of its file."""
    file = folder / "account.json"
    file.write_text(json.dumps(vendor.account_file()))
    return google.read_account(file, issuer_id=vendor.issuer_id)


def wallet_at(vendor: GoogleWallet, folder: Path) -> google.GoogleWallet:
    """Our side of the line."""
    way = Way(vendor.url, lambda: vendor.now)
    return google.GoogleWallet(
        account(vendor, folder), way, save_url=SAVE_URL, origins=["https://nest.example"]
    )
